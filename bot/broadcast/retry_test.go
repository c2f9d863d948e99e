package broadcast

import (
	"errors"
	"testing"
	"time"
)

func TestPauseGrowsWithJitterUpToABound(t *testing.T) {
	t.Parallel()
	for attempts, step := range map[int]time.Duration{
		1: firstPause, 2: 2 * firstPause, 5: 16 * firstPause, 30: longestPause, 1000: longestPause,
	} {
		seen := map[time.Duration]bool{}
		for range 50 {
			got := pause(attempts)
			seen[got] = true
			if got < step/2 || got > step+step/2 {
				t.Errorf("pause(%d) = %v, want %v within a half", attempts, got, step)
			}
		}
		if len(seen) < 10 {
			t.Errorf("pause(%d) has no jitter", attempts)
		}
	}
}

// TestALostRightIsAnAnswer: many chats that may not be written to stop nobody's news.
func TestALostRightIsAnAnswer(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", chats(1, 2*manyFail)...)
		f.phones.reply(func(Delivery, int) error { return &Error{Verdict: NoRights, Err: errors.New("no rights")} })
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.until("all were tried", func() bool { return f.phones.attempts() >= 2*manyFail })
		if _, why := f.engine.Paused(); why != "" {
			t.Errorf("nothing is sent: %s", why)
		}
	})
}

// TestALongRetryAfterEndsWithTheMessagesAge: it is given up at the configured age.
func TestALongRetryAfterEndsWithTheMessagesAge(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1)
		f.phones.reply(func(Delivery, int) error {
			return &Error{Verdict: SlowDown, After: 1000 * time.Hour, Err: errors.New("429")}
		})
		stop := f.run()
		f.publish("ky", "Жаңылык")
		f.until("it was tried", func() bool { return f.phones.attempts() == 1 })
		stop()
		time.Sleep(25 * time.Hour)
		defer f.run()()
		f.quiet()
		if n := f.phones.attempts(); n != 2 {
			t.Errorf("%d attempts, want one more at that age", n)
		}
	})
}
