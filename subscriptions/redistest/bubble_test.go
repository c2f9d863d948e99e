package redistest_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

func TestBubbleIsARedisInVirtualTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		embedded := redistest.Bubble(t)
		rdb := embedded.Client(t)
		if err := rdb.Set(ctx, "key", "value", 24*time.Hour).Err(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24*time.Hour - time.Second)
		if n := rdb.Exists(ctx, "key").Val(); n != 1 {
			t.Error("the key expired too early")
		}
		time.Sleep(2 * time.Second)
		if n := rdb.Exists(ctx, "key").Val(); n != 0 {
			t.Error("the key did not expire")
		}
		// A pipeline far longer than any buffer, and as many clients as a broadcast has workers.
		const people = 50_000
		redistest.Fill(t, rdb, 1, people, subscriptions.Preferences{Languages: []string{"ky"}})
		var asking sync.WaitGroup
		for chat := range int64(300) {
			asking.Go(func() {
				if _, known, err := subscriptions.NewStore(rdb).Get(ctx, chat+1); !known || err != nil {
					t.Errorf("chat %d: known %v, %v", chat+1, known, err)
				}
			})
		}
		asking.Wait()
		// Beside so many keys, one with a short life is neither forgotten nor kept.
		for range 20 {
			if err := rdb.Set(ctx, "short", "value", 5*time.Second).Err(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			if left := rdb.PTTL(ctx, "short").Val(); left < 3900*time.Millisecond || left > 4100*time.Millisecond {
				t.Errorf("%v are left of 5 s after one", left)
			}
			time.Sleep(3 * time.Second)
			if n := rdb.Exists(ctx, "short").Val(); n != 1 {
				t.Error("the short key expired too early")
			}
		}
		time.Sleep(time.Minute)
		if n := rdb.Exists(ctx, "short").Val(); n != 0 {
			t.Error("the short key did not expire")
		}
	})
}

func TestEachInBubbleHasVirtualTime(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		ctx, began := t.Context(), time.Now()
		for day := range 300 {
			time.Sleep(24 * time.Hour)
			if err := rdb.RPush(ctx, "days", day).Err(); err != nil {
				t.Fatal(err)
			}
		}
		if n := rdb.LLen(ctx, "days").Val(); n != 300 || time.Since(began) != 300*24*time.Hour {
			t.Errorf("%d days in %v", n, time.Since(began))
		}
	})
}

func TestBubbleFailsAsARedisDoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		embedded := redistest.Bubble(t)
		rdb := embedded.Client(t)
		set := func() error { return rdb.Set(ctx, "key", "value", 0).Err() }
		if err := set(); err != nil {
			t.Fatal(err)
		}
		const text = "MISCONF Redis is configured to save RDB snapshots"
		embedded.RefuseWrites(text)
		if err := set(); err == nil || !strings.HasPrefix(err.Error(), "MISCONF") {
			t.Errorf("a refused write returned %v", err)
		}
		if err := rdb.Eval(ctx, "return redis.call('SET', KEYS[1], 'other')", []string{"key"}).Err(); err == nil {
			t.Error("a script may write")
		}
		embedded.Kill()
		if err := rdb.Get(ctx, "key").Err(); err == nil {
			t.Error("a killed one answers")
		}
		embedded.Restart()
		if got, err := rdb.Get(ctx, "key").Result(); got != "value" || err != nil {
			t.Errorf("after the restart: %q, %v", got, err)
		}
		embedded.RefuseWrites("")
		if err := set(); err != nil {
			t.Error(err)
		}
	})
}
