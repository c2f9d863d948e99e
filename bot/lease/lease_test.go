package lease

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions/redistest"
)

// within waits for a condition that has to hold in some time.
func within(t *testing.T, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("not within %v: %s", limit, what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestLeaderWithoutRedisStopsAndComesBack(t *testing.T) {
	t.Parallel()
	redistest.Killed(t, func(t *testing.T, server redistest.Mortal, rdb redis.UniversalClient) {
		lease := New(rdb, slog.New(slog.DiscardHandler))
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
		within(t, Life+2*time.Second, "it stops sending, and then working", func() bool { return !lease.Held() && !working.Load() })
		server.Restart()
		within(t, 2*Life, "it leads again", func() bool { return lease.Held() && working.Load() && terms.Load() == 2 })
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if lease.Held() {
			t.Error("the lease is held after the end")
		}
	})
}
