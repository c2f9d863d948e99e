package broadcast

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var errGone = errors.New("no answer")

// withBreaker runs a test with a breaker and what it logs.
func withBreaker(t *testing.T, f func(t *testing.T, b *breaker, logged *strings.Builder)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var logged strings.Builder
		f(t, newBreaker(NewLimiter(30), slog.New(slog.NewTextHandler(&logged, nil))), &logged)
	})
}

// passes reports whether a message may go now, and lets it land.
func (b *breaker) passes() bool {
	left, probe := b.admit(time.Now())
	if probe {
		b.probeEnded()
	}
	return left <= 0
}

func TestBreakerStopsWhenManyChatsGetNoAnswer(t *testing.T) {
	withBreaker(t, func(t *testing.T, b *breaker, logged *strings.Builder) {
		for range 100 { // one chat, over and over, and others that failed before
			b.failed(1, true, time.Now(), errGone)
			b.failed(2, false, time.Now(), errGone)
		}
		for chat := range int64(manyFail - 2) {
			b.failed(10+chat, true, time.Now(), errGone)
		}
		if !b.passes() {
			t.Fatal("stopped, though it may be those chats")
		}
		b.answered(time.Now())
		for chat := range int64(manyFail) {
			if !b.passes() {
				t.Fatalf("stopped after %d chats", chat)
			}
			b.failed(20+chat, true, time.Now(), errGone)
		}
		if until, why := b.paused(); b.passes() || why != whyOutage || !until.After(time.Now()) {
			t.Errorf("it goes on after %d chats in a row got no answer; paused says %v, %q", manyFail, until, why)
		}
		if !strings.Contains(logged.String(), "level=WARN") || !strings.Contains(logged.String(), "no answer") {
			t.Errorf("the log says %q", logged)
		}
	})
}

func TestBreakerProbesOneAtATimeForLongerEachTime(t *testing.T) {
	withBreaker(t, func(t *testing.T, b *breaker, logged *strings.Builder) {
		for chat := range int64(manyFail) {
			b.failed(chat, true, time.Now(), errGone)
		}
		longest := time.Duration(0)
		for probe := range int64(20) {
			until, _ := b.paused()
			longest = max(longest, time.Until(until))
			time.Sleep(time.Until(until))
			left, probing := b.admit(time.Now())
			if left > 0 || !probing {
				t.Fatal("nobody looks whether it is over")
			}
			if left, _ := b.admit(time.Now()); left <= 0 {
				t.Fatal("two look at once")
			}
			b.failed(100+probe, true, time.Now(), errGone)
			b.probeEnded()
		}
		if longest < 30*time.Second || longest > longestBreak {
			t.Errorf("the longest pause is %v, want about %v", longest, longestBreak)
		}
		early := time.Now()
		until, _ := b.paused()
		time.Sleep(time.Until(until))
		b.answered(early) // was on its way since before the pause
		if _, why := b.paused(); why == "" {
			t.Error("an answer from before the pause ended it")
		}
		b.answered(time.Now())
		if _, why := b.paused(); why != "" || !b.passes() || !b.passes() {
			t.Errorf("still %q after a message arrived", why)
		}
		if n := strings.Count(logged.String(), "\n"); n != 2 {
			t.Errorf("%d lines in the log, want one at the beginning and one at the end:\n%s", n, logged)
		}
	})
}

func TestBreakerStopsWhenTelegramAsksManyToWait(t *testing.T) {
	for name, test := range map[string]struct {
		told    func(b *breaker)
		stopped bool
	}{
		"one chat, ten times": {func(b *breaker) {
			for range 10 {
				b.toldToWait(1, true, time.Now(), 20*time.Second)
			}
		}, false},
		"two chats": {func(b *breaker) {
			b.toldToWait(1, true, time.Now(), 20*time.Second)
			b.toldToWait(2, true, time.Now(), 20*time.Second)
		}, false},
		"three chats": {func(b *breaker) {
			for chat := range int64(3) {
				b.toldToWait(1+chat, true, time.Now(), 20*time.Second)
			}
		}, true},
		"three chats in twenty seconds": {func(b *breaker) {
			for chat := range int64(3) {
				b.toldToWait(1+chat, true, time.Now(), 20*time.Second)
				time.Sleep(10 * time.Second)
			}
		}, false},
		"thirty groups": {func(b *breaker) {
			for chat := range int64(30) {
				b.toldToWait(-1-chat, true, time.Now(), 20*time.Second)
			}
		}, false},
		"thirty chats that were told before": {func(b *breaker) {
			for chat := range int64(30) {
				b.toldToWait(1+chat, false, time.Now(), 20*time.Second)
			}
		}, false},
		"one in a hundred": {func(b *breaker) {
			for chat := range int64(3000) {
				if chat%100 == 50 {
					b.toldToWait(chat, true, time.Now(), 20*time.Second)
				} else {
					b.answered(time.Now())
				}
				time.Sleep(time.Second / 30)
			}
		}, false},
		"one in seven: more than the limit": {func(b *breaker) {
			for chat := range int64(60) {
				if chat%7 == 3 {
					b.toldToWait(chat, true, time.Now(), 20*time.Second)
				} else {
					b.answered(time.Now())
				}
				time.Sleep(time.Second / 35)
			}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			withBreaker(t, func(t *testing.T, b *breaker, logged *strings.Builder) {
				test.told(b)
				_, why := b.paused()
				if stopped := why == whyTooMany; stopped != test.stopped || stopped != (logged.Len() > 0) {
					t.Errorf("stopped: %v, want %v; the log says %q", stopped, test.stopped, logged)
				}
			})
		})
	}
}

func TestBreakerObeysWhatTelegramAsksForButLooksEachMinute(t *testing.T) {
	for name, test := range map[string]struct{ asked, least, most time.Duration }{
		"20 s":         {20 * time.Second, 20 * time.Second, 20 * time.Second},
		"ten minutes":  {10 * time.Minute, longestBreak, longestBreak},
		"not told":     {0, firstPause / 2, 2 * firstPause},
		"a long frost": {1 << 62, longestBreak, longestBreak},
	} {
		t.Run(name, func(t *testing.T) {
			withBreaker(t, func(t *testing.T, b *breaker, _ *strings.Builder) {
				for chat := range int64(3) {
					b.toldToWait(1+chat, true, time.Now(), test.asked)
				}
				until, _ := b.paused()
				if left := time.Until(until); left < test.least || left > test.most {
					t.Errorf("stopped for %v, want %v to %v", left, test.least, test.most)
				}
				time.Sleep(time.Until(until))
				if _, probe := b.admit(time.Now()); !probe {
					t.Fatal("nobody looks whether it is over")
				}
				b.toldToWait(99, true, time.Now(), test.asked)
				b.probeEnded()
				if again, why := b.paused(); !again.After(time.Now()) || why != whyTooMany {
					t.Error("the probe was told to wait, and sending went on")
				}
			})
		})
	}
}
