package desk

import (
	"context"
	"testing"
	"time"
)

// TestWhatWaitsCanBeTakenBackWhateverTheClocksSay: an instance approves whose clock is two
// minutes before or behind that of the one which leads. What was approved can be taken back for
// as long as always, and then it goes.
func TestWhatWaitsCanBeTakenBackWhateverTheClocksSay(t *testing.T) {
	for name, skew := range map[string]time.Duration{"before": 2 * time.Minute, "behind": -2 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			miniOffice(t, nil, func(o *office) {
				leader := o.Desk
				other := o.open(nil)
				other.clock = func() time.Time { return time.Now().Add(skew) }
				ctx, stop := context.WithCancel(o.t.Context())
				ended := make(chan error, 1)
				go func() { ended <- leader.Run(ctx) }()
				defer func() {
					stop()
					if err := <-ended; err != nil {
						o.t.Error(err)
					}
				}()
				time.Sleep(10 * time.Second)
				o.Desk = other
				c := o.approved("abcdefghij", "ky")
				time.Sleep(28 * time.Second)
				if now := o.look(c.ID); now.Status != Approved {
					o.t.Fatalf("after 28 of 30 seconds it is %s", now.Status)
				}
				time.Sleep(4 * time.Second)
				if now := o.look(c.ID); now.Status != Sending && now.Status != Sent {
					o.t.Errorf("after 32 of 30 seconds it is %s", now.Status)
				}
			})
		})
	}
}

// TestAnHourIsTheLeaders: what is to go at a time goes at that time by the leader's clock.
func TestAnHourIsTheLeaders(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		other := o.open(nil)
		other.clock = func() time.Time { return time.Now().Add(2 * time.Minute) }
		at := time.Now().Add(time.Hour)
		c := o.do(Act{Verb: Write, Case: "abcdefghij", Kind: Announce, Who: bakyt, Changes: &Changes{
			Texts: map[string]*Text{"ky": words("Ош", "Текст.")}, At: &at,
		}})
		leader := o.Desk
		o.Desk = other
		c = o.next(o.next(c, Submit, bakyt), Approve, cholpon)
		o.Desk = leader
		o.run(time.Until(at) - time.Second)
		if now := o.look(c.ID); now.Status != Approved {
			o.t.Fatalf("a second before its time it is %s", now.Status)
		}
		time.Sleep(time.Minute)
		o.run(time.Minute)
		if now := o.look(c.ID); now.Status != Sent {
			o.t.Errorf("after its time it is %s", now.Status)
		}
	})
}
