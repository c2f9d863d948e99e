package broadcast

import (
	"reflect"
	"time"
)

// What tests wait for, and what they want to find.

// sleepUntil lets the time pass until the next time that a clock in Bishkek shows an
// hour and a minute.
func sleepUntil(hour, minute int) {
	now := time.Now().In(bishkek)
	to := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, bishkek)
	if !to.After(now) {
		to = to.AddDate(0, 0, 1)
	}
	time.Sleep(to.Sub(now))
}

// resting waits until the only running broadcast waits for its next walk, after so many.
func (f *fixture) resting(walks int) {
	f.tb.Helper()
	f.until("the broadcast rests", func() bool {
		running, err := f.engine.plans.running(f.tb.Context())
		return err == nil && len(running) == 1 && running[0].Wake > 0 && running[0].Round == walks
	})
}

// held waits until one broadcast is held, and returns it.
func (f *fixture) held() Progress {
	f.tb.Helper()
	var held []Progress
	f.until("a broadcast is held", func() (yes bool) {
		var err error
		held, err = f.engine.HeldBroadcasts(f.tb.Context())
		return err == nil && len(held) == 1
	})
	return held[0]
}

// ended waits until a broadcast has ended, and returns its report.
func (f *fixture) ended(broadcast int64) (report Progress) {
	f.tb.Helper()
	f.until("it has ended", func() bool {
		progress, err := f.engine.Progress(f.tb.Context())
		for _, p := range progress {
			if p.ID == broadcast {
				report = p
			}
		}
		return err == nil && !report.FinishedAt.IsZero()
	})
	return report
}

func chats(from, to int64) []int64 {
	var all []int64
	for c := from; c <= to; c++ {
		all = append(all, c)
	}
	return all
}

func (f *fixture) wantTitles(want map[int64][]string) {
	f.tb.Helper()
	if got := f.phones.titles(); !reflect.DeepEqual(got, want) {
		f.tb.Errorf("phones show %v, want %v", got, want)
	}
}

// onceEach fails the test unless each chat has just one message.
func (f *fixture) onceEach(chats []int64) {
	f.tb.Helper()
	for _, c := range chats {
		if n := f.phones.count(c); n != 1 {
			f.tb.Errorf("chat %d has %d messages, want one", c, n)
		}
	}
}

// wantLedger fails the test unless the first ledger expires, or does not.
func (f *fixture) wantLedger(expires bool) {
	f.tb.Helper()
	keys, err := f.rdb.Keys(f.tb.Context(), "sent:1:*").Result()
	if err != nil || len(keys) == 0 {
		f.tb.Fatalf("there is no ledger: %v, %v", keys, err)
	}
	for _, key := range keys {
		life, err := f.rdb.TTL(f.tb.Context(), key).Result()
		if err != nil || life > 0 != expires {
			f.tb.Fatalf("%s lives for %v (%v), expires: %v", key, life, err, expires)
		}
	}
}

// progress returns how far a broadcast is.
func (f *fixture) progress(broadcast int64) (found Progress) {
	f.tb.Helper()
	f.until("Redis answers", func() bool { // a connection may have died
		progress, err := f.engine.Progress(f.tb.Context())
		for _, p := range progress {
			if p.ID == broadcast {
				found = p
			}
		}
		return err == nil
	})
	return found
}

// wellAgain lets the test's own commands find no connection that died.
func (f *fixture) wellAgain() {
	for well := 0; well < 100; well++ {
		if f.rdb.Ping(f.tb.Context()).Err() != nil {
			well = 0
		}
	}
}
