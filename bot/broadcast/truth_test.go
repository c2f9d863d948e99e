package broadcast

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// blockedBy lets every fifth reader have blocked the bot.
func blockedBy(every int64) func(Delivery, int) error {
	return func(d Delivery, _ int) error {
		if d.Chat%every == 0 {
			return &Error{Verdict: BlockedByUser, Err: errors.New("bot was blocked by the user")}
		}
		return nil
	}
}

// sums fails where the figures of a broadcast do not add up, or say more than is true.
func (f *fixture) sums() {
	f.tb.Helper()
	if err := f.addUp(); err != nil {
		f.tb.Error(err)
	}
}

// addUp returns what is wrong with the figures; nil also where Redis is away: there is no look.
func (f *fixture) addUp() error {
	progress, err := f.engine.Progress(f.tb.Context())
	if err != nil {
		return nil
	}
	for _, p := range progress {
		reasons := 0
		for _, n := range p.Reasons {
			reasons += n
		}
		switch has := f.phones.by(p.ID); {
		case p.Planned+p.Came != p.Sent+p.Blocked+p.Failed+p.Waiting+p.ToGo+p.NoLongerDue:
			return fmt.Errorf("it does not add up: %+v", p)
		case reasons != p.Blocked+p.Failed:
			return fmt.Errorf("the reasons do not add up: %+v", p)
		case p.Kind == News && p.Sent > has:
			return fmt.Errorf("%d phones have it: %+v", has, p)
		}
	}
	return nil
}

// kill ends the engine as a kill would: what it had not written it can't write any more. It
// returns how many messages had arrived and are not in the ledger: these may come twice.
func (f *fixture) kill(stop func()) (restarted func(), unnoted int) {
	f.tb.Helper()
	f.server.Kill()
	stop()
	f.server.Restart()
	f.wellAgain()
	for chat := range f.phones.all() {
		if line, _, err := newLedger(f.rdb).get(f.tb.Context(), 1, chat); err != nil {
			f.tb.Fatal(err)
		} else if line.Reason != "" || line.ID == 0 {
			unnoted++
		}
	}
	return f.run(), unnoted
}

// TestReportIsTrueAfterKills: of 2,000 readers 400 have blocked the bot, and the program is
// killed four times.
func TestReportIsTrueAfterKills(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		const n, blocked = 2000, 400
		redistest.Fill(t, f.rdb, 1, n, subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}})
		f.options.MessagesPerSecond = 300
		f.options.Grace = time.Nanosecond
		f.phones.answer = blockedBy(n / blocked)
		stop := f.run()
		f.publish("ky", "Жаңылык")
		for part := int64(300); part <= 1200; part += 300 {
			f.until("a part has it", func() bool { f.sums(); return f.phones.arrivals.Load() >= part })
			stop, _ = f.kill(stop)
		}
		defer stop()
		r := f.ended(1)
		f.sums()
		if r.Planned != n || r.Sent != n-blocked || r.Blocked != blocked || r.Reasons[ReasonBlocked] != blocked ||
			r.Failed+r.Waiting+r.ToGo+r.NoLongerDue+r.Came != 0 {
			t.Errorf("the report is %+v", r)
		}
		if has := len(f.phones.titles()); has != r.Sent {
			t.Errorf("%d phones have it, the report says %d", has, r.Sent)
		}
	})
}
