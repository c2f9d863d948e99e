package main

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot"
	"kabarchy/bot/broadcast"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// watched is a Redis with 300 subscribers, whose witness belongs to the leader.
func watched(t *testing.T, rdb redis.UniversalClient) (*witness, *logBuffer) {
	t.Helper()
	r := Redis{UniversalClient: rdb, Where: "the test's Redis"}
	if err := r.Bind(t.Context(), testToken, false); err != nil {
		t.Fatal(err)
	}
	redistest.Fill(t, rdb, 1, 300, subscriptions.Preferences{Languages: []string{"ky"}})
	log := &logBuffer{}
	lead := broadcast.NewLease(rdb, slog.New(slog.DiscardHandler))
	leading, working := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- lead.Lead(leading, func(ctx context.Context) error { <-ctx.Done(); return nil })
	}()
	t.Cleanup(func() { working(); <-ended })
	eventually(t, "the lease is held", lead.Held)
	return &witness{
		redis: r, token: testToken, store: subscriptions.NewStore(rdb), lease: lead,
		log: slog.New(slog.NewTextHandler(log, nil)), alarms: map[bot.AlarmKind]bot.Alarm{},
	}, log
}

// sees has the witness look, and checks which alarms it raises.
func (w *witness) sees(t *testing.T, want ...bot.Alarm) {
	t.Helper()
	if err := w.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := w.raised()
	slices.SortFunc(got, func(a, b bot.Alarm) int { return strings.Compare(string(a.Kind), string(b.Kind)) })
	if !slices.Equal(got, want) {
		t.Errorf("alarms %+v, want %+v", got, want)
	}
	if err := w.ready(t.Context()); (err == nil) != (len(want) == 0) {
		t.Errorf("/readyz: %v", err)
	}
}

func TestFlushallIsNoticed(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		w, log := watched(t, rdb)
		w.sees(t)
		if err := rdb.FlushDB(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		w.sees(t, bot.Alarm{Kind: bot.AlarmData})
		w.sees(t, bot.Alarm{Kind: bot.AlarmData})
		if n := strings.Count(log.String(), "level=ERROR"); n != 1 {
			t.Errorf("%d errors in the log:\n%s", n, log)
		}
	})
}

// TestVanishedSubscribersAreNoticed: also by a program that was started after that; and
// not where so many left, nor where somebody said that the number is right.
func TestVanishedSubscribersAreNoticed(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		w, _ := watched(t, rdb)
		w.sees(t)
		for chat := range int64(120) { // on one day
			if err := w.store.Forget(t.Context(), chat+1); err != nil {
				t.Fatal(err)
			}
		}
		w.counted = w.counted.Add(-countEvery)
		w.sees(t)

		lost := 0
		for _, key := range keysOf(t, rdb) {
			if strings.HasPrefix(key, "subs:") && lost < 120 {
				lost += int(rdb.HLen(t.Context(), key).Val())
				rdb.Del(t.Context(), key)
			}
		}
		alarm := bot.Alarm{Kind: bot.AlarmSubscribers, Before: 180, Now: 180 - lost}
		w.sees(t, alarm) // at once: the sample is thin
		again := &witness{redis: w.redis, token: w.token, store: w.store, lease: w.lease, log: w.log, alarms: map[bot.AlarmKind]bot.Alarm{}}
		again.sees(t, alarm)
		if err := w.redis.Bind(t.Context(), testToken, true); err != nil {
			t.Fatal(err)
		}
		again.counted = again.counted.Add(-countEvery)
		again.sees(t)
	})
}

func TestALostFenceIsNoticedAndMended(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		w, _ := watched(t, rdb)
		if err := w.lease.Raise(t.Context(), 41); err != nil {
			t.Fatal(err)
		}
		w.sees(t)
		if err := rdb.Del(t.Context(), "{news}:fence").Err(); err != nil {
			t.Fatal(err)
		}
		w.sees(t, bot.Alarm{Kind: bot.AlarmFence})
		if last, err := w.lease.LastNumber(t.Context()); err != nil || last != 41 {
			t.Errorf("the last number is %d, %v", last, err)
		}
		w.sees(t, bot.Alarm{Kind: bot.AlarmFence}) // until a person has looked
	})
}

// TestAFewMayLeave: of twelve subscribers five may go at once.
func TestAFewMayLeave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { aFewLeave(t, redistest.Bubble(t).Client(t)) })
}

func aFewLeave(t *testing.T, rdb redis.UniversalClient) {
	w, _ := watched(t, rdb)
	for chat := range int64(288) {
		_ = w.store.Forget(t.Context(), chat+1)
	}
	for _, leave := range []int64{5, 5, 2} {
		w.counted = w.counted.Add(-countEvery)
		w.sees(t)
		left := int64(300)
		for ; leave > 0; left-- {
			if _, known, _ := w.store.Get(t.Context(), left); known {
				_ = w.store.Forget(t.Context(), left)
				leave--
			}
		}
	}
	w.counted = w.counted.Add(-countEvery)
	w.sees(t)
}
