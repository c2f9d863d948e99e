package broadcast

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// unreachable lets Telegram fail for some chats.
func unreachable(some ...int64) func(Delivery, int) error {
	return func(d Delivery, _ int) error {
		if slices.Contains(some, d.Chat) {
			return &Error{Verdict: Transient, Err: errors.New("502")}
		}
		return nil
	}
}

// givenUp lets an item reach 36 of 40 readers; the others are given up.
func (f *fixture) givenUp() Progress {
	f.tb.Helper()
	f.options.GiveUpAfter = time.Minute
	f.options.Grace = time.Nanosecond
	f.subscribe("ky", chats(1, 40)...)
	f.phones.reply(unreachable(10, 20, 30, 40))
	stop := f.run()
	defer stop()
	f.publish("ky", "Жаңылык")
	r := f.ended(1)
	if r.Sent != 36 || r.Reasons[ReasonGaveUp] != 4 {
		f.tb.Fatalf("the report is %+v", r)
	}
	return r
}

// retry presses the button, and wants so many to be tried again.
func (f *fixture) retry(want int) {
	f.tb.Helper()
	if n, err := f.engine.Retry(f.tb.Context(), 1); n != want || err != nil {
		f.tb.Errorf("%d are tried again, %v; want %d", n, err, want)
	}
}

func TestRetryReachesWhoWasGivenUp(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		f.givenUp()
		f.phones.reply(unreachable(40))
		f.retry(4)
		f.retry(0) // pressed twice
		stop := f.run()
		f.until("three more have it", func() bool { return f.phones.arrivals.Load() == 39 })
		f.sums()
		f.retry(0) // while it runs
		r := f.ended(1)
		if f.sums(); r.Planned != 40 || r.Sent != 39 || r.Failed != 1 || r.Came != 0 {
			t.Errorf("the report is %+v", r)
		}
		f.phones.reply(nil)
		f.retry(1)
		stop()
		stop = f.run() // whoever leads next goes on
		f.until("all have it", func() bool { return f.phones.arrivals.Load() == 40 })
		r = f.ended(1)
		if f.sums(); r.Planned != 40 || r.Sent != 40 || r.Failed != 0 {
			t.Errorf("the report is %+v", r)
		}
		f.retry(0)
		f.onceEach(chats(1, 40))
		if failures, err := f.engine.Failures(t.Context(), 1); err != nil || len(failures) > 0 {
			t.Errorf("still listed: %v, %v", failures, err)
		}
		stop()
	})
}

// TestRetryWhileItRuns: the broadcast is not over, since one chat is still tried.
func TestRetryWhileItRuns(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.options.GiveUpAfter = 10 * time.Minute
		f.subscribe("ky", chats(1, 40)...)
		f.phones.reply(unreachable(10))
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.arrived(39)
		time.Sleep(9 * time.Minute)
		f.phones.reply(unreachable(10, 41))
		f.subscribe("ky", 41) // keeps it running when the other is given up
		if err := f.engine.Joined(t.Context(), 41); err != nil {
			t.Fatal(err)
		}
		f.until("one is given up", func() bool { return f.progress(1).Failed == 1 })
		f.phones.reply(unreachable(41))
		f.retry(1)
		f.until("it has it", func() bool { return f.phones.count(10) == 1 })
		f.phones.reply(nil)
		if r := f.ended(1); r.Planned != 40 || r.Came != 1 || r.Sent != 41 || r.Failed != 0 {
			t.Errorf("the report is %+v", r)
		}
	})
}

func TestRetryAfterACorrectionReachesWhoWasRefused(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", chats(1, 40)...)
		f.phones.reply(func(d Delivery, _ int) error {
			if d.Chat == 7 && d.Item.Revision == 1 {
				return &Error{Verdict: Refused, Err: errors.New("no")}
			}
			return nil
		})
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.ended(1)
		f.retry(0) // the same again would be refused again
		f.correct("ky", "Жаңылык", "Оңдолгон.")
		f.ended(2)
		f.retry(1)
		f.until("it has it", func() bool { return f.phones.count(7) == 1 })
		if r := f.ended(1); r.Sent != 40 || r.Failed != 0 {
			t.Errorf("the report is %+v", r)
		}
	})
}

// TestRetryWaitsForTheMorning: a walk passes who was given up, so that the retry set keeps
// these until their quiet hours end.
func TestRetryWaitsForTheMorning(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		sleepUntil(21, 0)
		f.givenUp()
		f.phones.reply(nil)
		f.sleeps(20, 22, 7)
		sleepUntil(23, 0)
		f.retry(4)
		stop := f.run()
		f.until("who is awake has it", func() bool { return f.phones.arrivals.Load() == 39 })
		f.sums()
		stop()
		sleepUntil(6, 59)
		stop = f.run()
		time.Sleep(30 * time.Second)
		if n := f.phones.count(20); n != 0 {
			t.Errorf("who sleeps has %d messages", n)
		}
		f.until("who slept has it", func() bool { return f.phones.count(20) == 1 })
		if r := f.ended(1); r.Sent != 40 || r.Failed != 0 {
			t.Errorf("the report is %+v", r)
		}
		stop()
	})
}

func TestRetryOfWhatIsOverForGood(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.givenUp()
		defer f.run()()
		if err := f.archive.Withdraw(t.Context(), f.item("ky", "Жаңылык").ID); err != nil {
			t.Fatal(err)
		}
		for _, broadcast := range []int64{1, 99} {
			if n, err := f.engine.Retry(t.Context(), broadcast); n != 0 || !errors.Is(err, ErrEnded) {
				t.Errorf("broadcast %d: %d are tried again, %v", broadcast, n, err)
			}
		}
	})
}

// TestReportTellsTheCurve: at ten a second the first, the half and the last phone.
func TestReportTellsTheCurve(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		const n = 600
		f.braked(n)
		f.options.MessagesPerSecond = 10
		stop := f.run()
		f.publish("ky", "Жаңылык")
		began := time.Now()
		f.arrived(200)
		stop, _ = f.kill(stop)
		defer stop()
		f.ended(1)
		told, err := f.engine.Reports(t.Context(), f.item("ky", "Жаңылык").ID)
		if err != nil || len(told) != 1 {
			t.Fatalf("reports %+v, %v", told, err)
		}
		r, drawn := told[0], 0
		for _, p := range r.Pace {
			drawn += p.Sent
		}
		first, half, last := r.First.Sub(began), r.Half.Sub(began), r.Last.Sub(began)
		if first < 0 || first > 2*time.Second || half < 15*time.Second || half > 40*time.Second || last < 55*time.Second || last > 70*time.Second {
			t.Errorf("the first phone after %v, the half after %v, the last after %v", first, half, last)
		}
		if drawn < n-20 || drawn > n || r.Sent != n { // a kill may cost a second of the curve
			t.Errorf("the curve has %d phones, the report says %d", drawn, r.Sent)
		}
		if _, err := f.engine.Report(t.Context(), 99); !errors.Is(err, ErrNotKnown) {
			t.Errorf("a report of nothing: %v", err)
		}
	})
}
