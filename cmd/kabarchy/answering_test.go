package main

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/subscriptions/redistest"
)

// TestHowManyAnswer: each instance knows how many there are soon after one has come, was stopped or
// was killed, and goes on as before while Redis is away.
func TestHowManyAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := redistest.Bubble(t)
		rdb := server.Client(t)
		type instance struct {
			among atomic.Int64
			stop  context.CancelFunc
			*answering
		}
		var running sync.WaitGroup
		defer running.Wait()
		begin := func(kind context.Context) *instance {
			i := &instance{}
			i.answering = newAnswering(rdb, func(n int) { i.among.Store(int64(n)) }, slog.New(slog.DiscardHandler))
			kind, i.stop = context.WithCancel(kind)
			running.Go(func() { _ = i.run(kind) })
			return i
		}
		know := func(what string, within time.Duration, want int64, all ...*instance) {
			t.Helper()
			time.Sleep(within)
			for _, i := range all {
				if n := i.among.Load(); n != want {
					t.Errorf("%s: an instance knows of %d, want %d", what, n, want)
				}
			}
		}
		first := begin(t.Context())
		defer first.stop()
		know("alone", time.Second, 1, first)
		second, third := begin(t.Context()), begin(t.Context())
		know("two have come", 2*beatEvery, 3, first, second, third)
		know("ten minutes later", 10*time.Minute, 3, first, second, third)
		second.stop()
		know("one was stopped", 2*beatEvery, 2, first, third)
		third.stop()
		time.Sleep(time.Second)
		rdb.HSet(t.Context(), keyAnswering, "killed", rdb.HGet(t.Context(), keyAnswering, "beat").Val())
		know("one has just been killed", 2*beatEvery, 2, first)
		know("one was killed a minute ago", time.Minute, 1, first)
		rdb.Set(t.Context(), keyAnswering, "no hash", 0)
		know("Redis fails", time.Minute, 1, first)
		rdb.Del(t.Context(), keyAnswering)
		fourth := begin(t.Context())
		defer fourth.stop()
		know("Redis has lost it", 2*beatEvery, 2, first, fourth)
	})
}
