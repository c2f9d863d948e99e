package broadcast

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"kabarchy/subscriptions/redistest"
)

// within waits for a condition that has to hold in some time.
func within(t *testing.T, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	for !holds() {
		if sleep(ctx, 5*time.Millisecond) != nil {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}

func TestLeaderWithoutRedisStopsAndComesBack(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--appendonly", "yes")
	lease := NewLease(server.Client(t), slog.New(slog.DiscardHandler))
	var working atomic.Bool
	var terms atomic.Int32
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- lease.Lead(ctx, func(ctx context.Context) error {
			terms.Add(1)
			working.Store(true)
			<-ctx.Done()
			working.Store(false)
			return nil
		})
	}()
	within(t, 5*time.Second, "it leads", working.Load)
	if !lease.Held() {
		t.Error("it works without holding the lease")
	}
	server.Kill()
	within(t, leaseLife+2*time.Second, "it stops sending, and then working", func() bool { return !lease.Held() && !working.Load() })
	server.Restart()
	within(t, 2*leaseLife, "it leads again", func() bool { return lease.Held() && working.Load() && terms.Load() == 2 })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if lease.Held() {
		t.Error("the lease is held after the end")
	}
}

func TestWhatAFormerLeaderWritesIsRefused(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	log := slog.New(slog.DiscardHandler)
	former, leader := NewLease(rdb, log), NewLease(rdb, log)
	former.life = 20 * time.Millisecond // it freezes, and its lease ends
	for _, l := range []*Lease{former, leader} {
		within(t, 5*time.Second, "it wins the lease", func() bool {
			won, err := l.acquire(t.Context())
			return err == nil && won
		})
	}
	plansOf := func(l *Lease) plans { return plans{rdb, l.value} }
	if _, err := plansOf(leader).add(t.Context(), plan{ID: 1, Ledger: 1, Kind: News, Item: "item"}); err != nil {
		t.Fatal(err)
	}
	if err := plansOf(leader).save(t.Context(), 1, state{Cursor: 500}); err != nil {
		t.Fatal(err)
	}
	if err := plansOf(former).save(t.Context(), 1, state{Cursor: 100}); !errors.Is(err, ErrFenced) {
		t.Errorf("the former leader's cursor: %v, want %v", err, ErrFenced)
	}
	if _, err := plansOf(former).finish(t.Context(), 1, state{}, time.Now()); !errors.Is(err, ErrFenced) {
		t.Errorf("the former leader's end: %v, want %v", err, ErrFenced)
	}
	if err := former.renew(t.Context()); !errors.Is(err, ErrFenced) {
		t.Errorf("the former leader's renewal: %v, want %v", err, ErrFenced)
	}
	running, err := plansOf(leader).running(t.Context())
	if err != nil || len(running) != 1 || running[0].Cursor != 500 {
		t.Errorf("the plan is %+v, %v", running, err)
	}
}
