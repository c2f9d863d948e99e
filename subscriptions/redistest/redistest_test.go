package redistest_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions/redistest"
)

func TestEach(t *testing.T) {
	t.Parallel()
	for i := range 4 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			redistest.Each(t, func(t *testing.T, rdb redis.UniversalClient) {
				t.Parallel()
				ctx := t.Context()
				if size := rdb.DBSize(ctx).Val(); size != 0 {
					t.Fatalf("the database holds %d keys before the test", size)
				}
				if err := rdb.Set(ctx, "key", i, 0).Err(); err != nil {
					t.Fatal(err)
				}
				if got, err := rdb.Get(ctx, "key").Int(); err != nil || got != i {
					t.Fatalf("got %d, %v; want %d: another test's value", got, err, i)
				}
				if err := rdb.PExpire(ctx, "key", 20*time.Millisecond).Err(); err != nil {
					t.Fatal(err)
				}
				eventually(t, "the key expires", func(ctx context.Context) bool {
					return rdb.Exists(ctx, "key").Val() == 0
				})
			})
		})
	}
}

func TestKillAndRestart(t *testing.T) {
	t.Parallel()
	for _, persistence := range []struct {
		appendonly string
		want       int64
	}{{"yes", 1}, {"no", 0}} {
		t.Run("appendonly "+persistence.appendonly, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			s := redistest.Start(t, "--appendonly", persistence.appendonly)
			addr, rdb := s.Addr(), s.Client(t)
			if err := rdb.Set(ctx, "key", "value", 0).Err(); err != nil {
				t.Fatal(err)
			}
			s.Kill()
			s.Kill()
			if err := rdb.Ping(ctx).Err(); err == nil {
				t.Fatal("a killed server answers")
			}
			s.Restart()
			if s.Addr() != addr {
				t.Fatalf("restarted on %s, was on %s", s.Addr(), addr)
			}
			if got := rdb.Exists(ctx, "key").Val(); got != persistence.want {
				t.Fatalf("after the restart EXISTS says %d; want %d", got, persistence.want)
			}
			s.Restart()
		})
	}
}

// TestFailover: both kinds of group lose their master, go on with another and take the
// dead one back.
func TestFailover(t *testing.T) {
	t.Parallel()
	if os.Getenv("CI") != "true" {
		t.Skip("a failover takes seconds; CI=true has some")
	}
	type group interface {
		Client(testing.TB) redis.UniversalClient
		KillMaster(testing.TB) *redistest.Server
		AwaitFailover(testing.TB, *redistest.Server)
	}
	for name, start := range map[string]func(testing.TB) group{
		"cluster":  func(tb testing.TB) group { return redistest.StartCluster(tb, 3, 1) },
		"sentinel": func(tb testing.TB) group { return redistest.StartSentinel(tb) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := start(t)
			rdb := g.Client(t)
			const keys = 50 // on every master of a cluster
			write := func(value string) {
				for i := range keys {
					eventually(t, "a write goes through", func(ctx context.Context) bool {
						return rdb.Set(ctx, fmt.Sprint("key", i), value, 0).Err() == nil
					})
				}
			}
			write("before")
			dead := g.KillMaster(t)
			g.AwaitFailover(t, dead)
			write("after")
			dead.Restart()
			for i := range keys {
				eventually(t, "a value is read", func(ctx context.Context) bool {
					return rdb.Get(ctx, fmt.Sprint("key", i)).Val() == "after"
				})
			}
		})
	}
}

// eventually waits until what holds; it fails the test after a generous deadline.
func eventually(t *testing.T, what string, holds func(context.Context) bool) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for !holds(t.Context()) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
