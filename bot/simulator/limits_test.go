package simulator_test

import (
	"testing"
	"time"

	"kabarchy/bot/simulator"
)

// until429 sends to the chats in turn until one is refused, and says how many went
// and how long to wait.
func (w *fixture) until429(t *testing.T, more params, chats ...int64) (sent, retryAfter int) {
	t.Helper()
	for ; sent < 5000; sent++ {
		p := params{"chat_id": chats[sent%len(chats)], "text": "a"}
		for k, v := range more {
			p[k] = v
		}
		r := w.call(t, "sendMessage", p)
		if r.OK {
			continue
		}
		if r.Code != 429 || r.Parameters.RetryAfter == 0 {
			t.Fatalf("message %d: %d %s", sent, r.Code, r.Description)
		}
		return sent, r.Parameters.RetryAfter
	}
	return sent, 0
}

func TestLimits(t *testing.T) {
	t.Parallel()
	many := func(w *fixture, n int) (chats []int64) {
		first := w.Crowd(n)
		for i := range int64(n) {
			chats = append(chats, first+i)
		}
		return chats
	}
	for _, test := range []struct {
		name        string
		chats       func(*fixture) []int64
		more        params
		first, wait int // how many pass at once, then the wait
		after       int // how many pass after it
	}{
		{"one person", func(w *fixture) []int64 { return []int64{w.Citizen("Aida", "").Open().ID()} }, nil, 3, 1, 1},
		{"a crowd's member", func(w *fixture) []int64 { return many(w, 1) }, nil, 3, 1, 1},
		{"all people", func(w *fixture) []int64 { return many(w, 100) }, nil, 30, 1, 30},
		{"all people, paid", func(w *fixture) []int64 { return many(w, 2000) }, params{"allow_paid_broadcast": true}, 1000, 1, 1000},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, simulator.Options{Limits: simulator.TelegramLimits})
			chats := test.chats(w)
			for i, want := range []int{test.first, test.after} {
				sent, wait := w.until429(t, test.more, chats...)
				if sent != want || wait != test.wait {
					t.Errorf("round %d: %d passed, then wait %d s; want %d and %d", i, sent, wait, want, test.wait)
				}
				w.clock.Move(time.Duration(wait) * time.Second)
			}
			if got := w.Stats().Limited429; got != 2 {
				t.Errorf("%d answers 429, want 2", got)
			}
		})
	}
}

func TestGroupLimit(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{Limits: simulator.TelegramLimits})
	aida := w.Citizen("Aida", "")
	g := w.Group("Osh", aida)
	g.AddBot(aida, simulator.Rights{})
	for range 20 {
		w.send(t, g.ID(), "a")
		w.clock.Move(time.Second)
	}
	got := w.call(t, "sendMessage", params{"chat_id": g.ID(), "text": "a"})
	if got.Code != 429 || got.Parameters.RetryAfter != 40 {
		t.Errorf("the 21st message after 20 s: %d, wait %d s; want 429 and 40 s", got.Code, got.Parameters.RetryAfter)
	}
	w.clock.Move(40 * time.Second)
	w.send(t, g.ID(), "a")
}

func TestAnswersCountTowardsTheGlobalLimit(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{Limits: simulator.TelegramLimits})
	first := w.Crowd(100)
	aida := w.Citizen("Aida", "").Open()
	for i := range int64(30) {
		w.send(t, first+i, "a")
	}
	refused := func(chat int64) bool {
		return w.call(t, "sendMessage", params{"chat_id": chat, "text": "a"}).Code == 429
	}
	if !refused(aida.ID()) || !refused(first+50) {
		t.Fatal("the limit is not reached")
	}
	aida.Send("/latest")
	w.CrowdSays(first+50, "/start", "ky")
	if !refused(aida.ID()) || !refused(first+50) {
		t.Error("an answer is not held to the limit over all chats")
	}
}

// TestSteadyRate sends exactly as fast as the limit for ten minutes: none is refused.
func TestSteadyRate(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{Limits: simulator.TelegramLimits})
	const n = 30 * 60
	first := w.Crowd(n)
	for i := range int64(n) {
		w.send(t, first+i, "a")
		w.clock.Move(time.Second / 30)
	}
}
