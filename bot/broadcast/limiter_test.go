package broadcast

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// during counts how many broadcast messages a limiter lets go in some time.
func during(t *testing.T, l *Limiter, limit time.Duration) int {
	t.Helper()
	n := 0
	for end := time.Now().Add(limit); time.Now().Before(end); n++ {
		if err := l.wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

func TestLimiterHoldsTheRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(30)
		if n := during(t, l, 10*time.Second); n < 300 || n > 300+burst+1 {
			t.Errorf("%d messages in 10 s, want 300", n)
		}
		time.Sleep(time.Hour) // saves nothing up but a burst
		if n := during(t, l, time.Second); n > 30+burst+1 {
			t.Errorf("%d messages in a second after an hour of rest, want 30 and a burst", n)
		}
	})
}

func TestLimiterServesManyWhoWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, start := NewLimiter(30), time.Now()
		var waiting sync.WaitGroup
		for range 300 {
			waiting.Go(func() {
				if err := l.wait(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if l.wait(ctx) == nil {
			t.Error("who came last was served first")
		}
		waiting.Wait()
		if took := time.Since(start); took < 9*time.Second || took > 10*time.Second {
			t.Errorf("300 messages in %v, want ten seconds less a burst", took)
		}
	})
}

func TestAnswersGoAtOnceAndBroadcastsPay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, answers := NewLimiter(30), 0
		var asking sync.WaitGroup
		asking.Go(func() {
			for end := time.Now().Add(20 * time.Second); time.Now().Before(end); answers++ {
				asked := time.Now()
				l.Spend(t.Context())
				if time.Since(asked) > 0 {
					t.Error("an answer had to wait")
				}
				l.Spend(withPlace(t.Context())) // a broadcast's message costs nothing here
				time.Sleep(time.Second / 3)
			}
		})
		sent := during(t, l, 20*time.Second)
		asking.Wait()
		if n := sent + answers; n < 598 || n > 600+burst+2 {
			t.Errorf("%d messages and %d answers in 20 s, want 600 together", sent, answers)
		}
	})
}

func TestAnswersNeverStopTheNews(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(30)
		ctx, stop := context.WithCancel(t.Context())
		var tapping sync.WaitGroup
		tapping.Go(func() {
			for ctx.Err() == nil {
				for range 10 {
					l.Spend(ctx)
				}
				time.Sleep(100 * time.Millisecond)
			}
		})
		if n := during(t, l, 20*time.Second); n < 190 || n > 210 {
			t.Errorf("%d messages in 20 s beside a hundred answers a second, want a third of 600", n)
		}
		stop()
		tapping.Wait()
		for range 600 {
			l.Spend(t.Context())
		}
		if n := during(t, l, 10*time.Second); n < 270 {
			t.Errorf("%d messages in 10 s after 600 answers at once, want all but a second's worth of 300", n)
		}
	})
}

func TestLimiterHandsOnWhatWasNotUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, start := NewLimiter(30), time.Now()
		sent := 0
		for i := range 3000 { // two of three find that there is nothing to do
			if err := l.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			if i%3 != 0 {
				l.refund()
			} else {
				sent++
			}
		}
		if rate := float64(sent) / time.Since(start).Seconds(); rate < 29 || rate > 31 {
			t.Errorf("%.1f messages a second, want 30", rate)
		}
		for range 233 {
			l.refund()
		}
		if n := during(t, l, time.Second); n > 30+burst+1 {
			t.Errorf("%d messages in a second after 233 were given back, want 30 and a burst", n)
		}
	})
}

func TestLimiterGoesSlowerAndFindsBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(30)
		during(t, l, time.Second)
		l.slower()
		if n := during(t, l, 10*time.Second); n < 205 || n > 220 {
			t.Errorf("%d messages in 10 s after Telegram asked for patience, want 210", n)
		}
		for range 20 {
			l.slower()
		}
		if n := during(t, l, 10*time.Second); n < 29 || n > 35 {
			t.Errorf("%d messages in 10 s at the slowest, want 30", n)
		}
		for range 1000 {
			l.faster()
		}
		during(t, l, 2*time.Second) // the last slow ones
		if n := during(t, l, 10*time.Second); n < 300 || n > 305 {
			t.Errorf("%d messages in 10 s after recovering, want 300", n)
		}
	})
}

func TestNoLimitIsNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, start := NewLimiter(0), time.Now()
		for range 10_000 {
			if err := l.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		l.slower()
		l.Spend(t.Context())
		l.refund()
		if took := time.Since(start); took > 0 {
			t.Errorf("10,000 messages took %v", took)
		}
	})
}
