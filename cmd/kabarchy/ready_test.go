package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// asked is what /readyz answers.
func asked(t *testing.T, all readiness) (status int, body string) {
	t.Helper()
	answer := httptest.NewRecorder()
	all.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
	return answer.Code, answer.Body.String()
}

// TestReadyzAsksOnceHoweverManyAsk has twenty requests a second come: Telegram is
// asked every ten seconds, and where it is away once a second.
func TestReadyzAsksOnceHoweverManyAsk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls, atOnce atomic.Int64
		var ill atomic.Bool
		telegram := &probe{name: "telegram", every: 10 * time.Second, ask: func(ctx context.Context) error {
			calls.Add(1)
			if atOnce.Add(1) > 1 {
				t.Error("asked twice at once")
			}
			defer atOnce.Add(-1)
			time.Sleep(100 * time.Millisecond)
			if ill.Load() {
				return errors.New("no answer")
			}
			return nil
		}}
		minute := func() {
			calls.Store(0)
			var visitors sync.WaitGroup
			for range 1200 {
				visitors.Go(func() { asked(t, readiness{telegram}) })
				time.Sleep(50 * time.Millisecond)
			}
			visitors.Wait()
		}
		if minute(); calls.Load() > 7 || calls.Load() < 5 {
			t.Errorf("asked %d times in a minute", calls.Load())
		}
		ill.Store(true)
		if minute(); calls.Load() > 61 || calls.Load() < 40 {
			t.Errorf("asked %d times in a minute in which it was away", calls.Load())
		}
		if status, body := asked(t, readiness{telegram}); status != http.StatusServiceUnavailable || body != "telegram: no answer\n" {
			t.Errorf("%d %q", status, body)
		}
	})
}

// TestReadyzAnswersThoughNobodyAnswersIt asks when nothing answers: the questions end
// together, and another's end does not end them.
func TestReadyzAnswersThoughNobodyAnswersIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dead := func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}
		all := readiness{{name: "redis", ask: dead}, {name: "leader", ask: dead}, {name: "telegram", ask: dead}}
		began := time.Now()
		status, body := asked(t, all)
		const want = "redis: context deadline exceeded\nleader: context deadline exceeded\ntelegram: context deadline exceeded\n"
		if status != http.StatusServiceUnavailable || body != want || time.Since(began) > probePatience {
			t.Errorf("after %s: %d\n%s", time.Since(began), status, body)
		}
	})
}
