package broadcast

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/lease"
	"kabarchy/subscriptions/redistest"
)

// leads starts an instance and waits until it leads.
func leads(t *testing.T, rdb redis.UniversalClient) (l *lease.Lease) {
	t.Helper()
	l = lease.New(rdb, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- l.Lead(ctx, func(ctx context.Context) error {
			<-ctx.Done()
			return nil
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	for !l.Held() {
		time.Sleep(time.Millisecond)
	}
	return l
}

// TestWhatAFormerLeaderWritesIsRefused: after a failover that loses the lease and the last
// fencing number, both leaders have the same one.
func TestWhatAFormerLeaderWritesIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		former := leads(t, rdb)
		if err := rdb.Del(t.Context(), lease.Key, "{news}:fence").Err(); err != nil {
			t.Fatal(err)
		}
		leader := leads(t, rdb)
		if former.Number() != leader.Number() {
			t.Fatalf("the numbers are %d and %d: nothing is tried", former.Number(), leader.Number())
		}
		plansOf := func(l *lease.Lease) plans { return plans{rdb, l.Value} }
		if _, err := plansOf(leader).add(t.Context(), plan{ID: 1, Ledger: 1, Kind: News, Item: "item"}); err != nil {
			t.Fatal(err)
		}
		if err := plansOf(leader).save(t.Context(), 1, state{Cursor: 500}); err != nil {
			t.Fatal(err)
		}
		if err := plansOf(former).save(t.Context(), 1, state{Cursor: 100}); !errors.Is(err, lease.ErrFenced) {
			t.Errorf("the former leader's cursor: %v, want %v", err, lease.ErrFenced)
		}
		if _, err := plansOf(former).finish(t.Context(), 1, state{}, time.Now()); !errors.Is(err, lease.ErrFenced) {
			t.Errorf("the former leader's end: %v, want %v", err, lease.ErrFenced)
		}
		running, err := plansOf(leader).running(t.Context())
		if err != nil || len(running) != 1 || running[0].Cursor != 500 {
			t.Errorf("the plan is %+v, %v", running, err)
		}
	})
}

// slowAnswers is a Telegram whose messages land at once and whose answers take long.
type slowAnswers struct {
	*phones
	latency time.Duration
}

func (s slowAnswers) Deliver(ctx context.Context, d Delivery) (Message, error) {
	m, err := s.phones.Deliver(ctx, d)
	if sleep(ctx, s.latency) != nil {
		return Message{}, &Error{Verdict: Ambiguous, Err: ctx.Err()}
	}
	return m, err
}

func TestLeaseIsHeldUntilTheLastAnswerIsIn(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		all := chats(1, 300)
		f.subscribe("ky", all...)
		f.options.MessagesPerSecond = 30
		f.options.Sender = slowAnswers{f.phones, 8 * time.Second}
		stopFirst := f.run()
		f.publish("ky", "Жаңылык")
		f.until("many are on their way", func() bool { return len(f.phones.titles()) >= 100 })
		stopSecond := f.run() // stands by
		stopFirst()           // SIGTERM
		defer stopSecond()
		f.quiet()
		f.onceEach(all)
	})
}
