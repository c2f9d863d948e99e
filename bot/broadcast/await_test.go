package broadcast

import (
	"reflect"
	"time"
)

// What tests wait for in a house, and what they want to find there.

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
func (h *house) resting(walks int) {
	h.tb.Helper()
	h.until("the broadcast rests", func() bool {
		running, err := h.engine.plans.running(h.tb.Context())
		return err == nil && len(running) == 1 && running[0].Wake > 0 && running[0].Round == walks
	})
}

// held waits until one broadcast is held, and returns it.
func (h *house) held() Progress {
	h.tb.Helper()
	var held []Progress
	h.until("a broadcast is held", func() (yes bool) {
		var err error
		held, err = h.engine.HeldBroadcasts(h.tb.Context())
		return err == nil && len(held) == 1
	})
	return held[0]
}

// ended waits until a broadcast has ended, and returns its report.
func (h *house) ended(broadcast int64) (report Progress) {
	h.tb.Helper()
	h.until("it has ended", func() bool {
		progress, err := h.engine.Progress(h.tb.Context())
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

func (h *house) wantTitles(want map[int64][]string) {
	h.tb.Helper()
	if got := h.phones.titles(); !reflect.DeepEqual(got, want) {
		h.tb.Errorf("phones show %v, want %v", got, want)
	}
}

// onceEach fails the test unless each chat has just one message.
func (h *house) onceEach(chats []int64) {
	h.tb.Helper()
	for _, c := range chats {
		if n := h.phones.count(c); n != 1 {
			h.tb.Errorf("chat %d has %d messages, want one", c, n)
		}
	}
}

// wantLedger fails the test unless the first ledger expires, or does not.
func (h *house) wantLedger(expires bool) {
	h.tb.Helper()
	keys, err := h.rdb.Keys(h.tb.Context(), "sent:1:*").Result()
	if err != nil || len(keys) == 0 {
		h.tb.Fatalf("there is no ledger: %v, %v", keys, err)
	}
	for _, key := range keys {
		life, err := h.rdb.TTL(h.tb.Context(), key).Result()
		if err != nil || life > 0 != expires {
			h.tb.Fatalf("%s lives for %v (%v), expires: %v", key, life, err, expires)
		}
	}
}
