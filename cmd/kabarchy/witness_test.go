package main

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot"
	"kabarchy/bot/bottest"
	"kabarchy/bot/lease"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// watched is a Redis with 300 subscribers, whose witness belongs to the leader.
func watched(t *testing.T, rdb redis.UniversalClient) (*witness, *bottest.Log) {
	t.Helper()
	r := Redis{UniversalClient: rdb, Where: "the test's Redis"}
	if err := r.Bind(t.Context(), testToken, false); err != nil {
		t.Fatal(err)
	}
	redistest.Fill(t, rdb, 1, 300, subscriptions.Preferences{Languages: []string{"ky"}})
	log := &bottest.Log{}
	lead := lease.New(rdb, slog.New(slog.DiscardHandler))
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

// sees has the witness look, and checks which alarms it raises, but that all is new.
func (w *witness) sees(t *testing.T, want ...bot.Alarm) {
	t.Helper()
	if err := w.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := slices.DeleteFunc(w.raised(), func(a bot.Alarm) bool { return a.Kind == bot.AlarmNew })
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

// TestLostTopicNumbersAreNoticedAndRestored, whether the program runs or starts then: with
// the topics in another order of the configuration everybody's choice would be another.
func TestLostTopicNumbersAreNoticedAndRestored(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		w, log := watched(t, rdb)
		want, err := w.store.NumberTopics(t.Context(), "courts", "legal aid", "notaries")
		if err != nil {
			t.Fatal(err)
		}
		w.sees(t)
		restored := func() {
			t.Helper()
			if got, err := w.store.NumberTopics(t.Context(), "notaries", "courts", "legal aid"); err != nil || !maps.Equal(got, want) {
				t.Errorf("the numbers are %v, %v; want %v", got, err, want)
			}
		}
		if err := rdb.HDel(t.Context(), "subs:topics", "courts").Err(); err != nil {
			t.Fatal(err)
		}
		w.sees(t, bot.Alarm{Kind: bot.AlarmTopics})
		w.sees(t, bot.Alarm{Kind: bot.AlarmTopics}) // until a person has looked
		restored()
		if n := strings.Count(log.String(), "numbers of the topics had vanished"); n != 1 {
			t.Errorf("%d times in the log:\n%s", n, log)
		}

		if err := rdb.Del(t.Context(), "subs:topics").Err(); err != nil { // nobody is at work
			t.Fatal(err)
		}
		again := &witness{redis: w.redis, token: w.token, store: w.store, lease: w.lease, log: w.log, alarms: map[bot.AlarmKind]bot.Alarm{}}
		if err := again.begin(t.Context()); err != nil {
			t.Fatal(err)
		}
		restored()
		again.sees(t, bot.Alarm{Kind: bot.AlarmTopics})
	})
}

// TestAStartOnAnEmptyRedisIsTold: after FLUSHALL and a restart nothing else shows that
// there were subscribers. It is not told of data that an earlier release left.
func TestAStartOnAnEmptyRedisIsTold(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		w, log := watched(t, rdb)
		isNew := func() bool {
			t.Helper()
			if err := w.look(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := w.ready(t.Context()); err != nil {
				t.Errorf("/readyz: %v", err)
			}
			return slices.Contains(w.raised(), bot.Alarm{Kind: bot.AlarmNew})
		}
		if !isNew() || strings.Count(log.String(), "level=WARN msg=\"within the last day the bot began with an empty redis") != 1 {
			t.Errorf("it is not told:\n%s", log)
		}
		if err := rdb.HSet(t.Context(), keyBot, "empty", time.Now().Add(-newFor).Unix()).Err(); err != nil { // a day passes
			t.Fatal(err)
		}
		if isNew() {
			t.Error("it is told for ever")
		}
		if err := rdb.FlushDB(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		if err := w.redis.Bind(t.Context(), testToken, false); err != nil { // a restart
			t.Fatal(err)
		}
		if !isNew() {
			t.Error("after all was lost it is not told")
		}
		if err := rdb.Del(t.Context(), keyBot).Err(); err != nil { // sources and all are there
			t.Fatal(err)
		}
		if err := rdb.HSet(t.Context(), "{news}:sources", "a", "{}").Err(); err != nil {
			t.Fatal(err)
		}
		if err := w.redis.Bind(t.Context(), testToken, false); err != nil {
			t.Fatal(err)
		}
		if isNew() {
			t.Error("it is told though there is data")
		}
	})
}
