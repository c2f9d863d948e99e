package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/telegram"
)

// post is an outbox whose answers a test sees arrive, in a bubble.
type post struct {
	*outbox
	t     *testing.T
	began time.Time

	mu      sync.Mutex
	arrived []string // what, and after how long
}

func newPost(t *testing.T) *post {
	p := &post{outbox: newOutbox(slog.New(slog.DiscardHandler), newAnswerMetrics(nil), newGuard(slog.New(slog.DiscardHandler), newBotMetrics(nil).panics), unlimited{}), t: t, began: time.Now()}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		cancel()
		p.finish(ctx)
	})
	return p
}

// put puts an answer into the outbox that fares like fate at each of its tries, and then
// arrives. It returns whether it had arrived, and how long that was waited for.
func (p *post) put(chat, place int64, name string, fate ...func(ctx context.Context) error) (bool, time.Duration) {
	p.t.Helper()
	began := time.Now()
	arrived, err := p.say(p.t.Context(), addressee{chat: chat}, &answer{place: place, life: screenLife, call: func(ctx context.Context) error {
		if len(fate) > 0 {
			next := fate[0]
			fate = fate[1:]
			if err := next(ctx); err != nil {
				return err
			}
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.arrived = append(p.arrived, fmt.Sprintf("%s after %s", name, time.Since(p.began)))
		return nil
	}})
	if err != nil {
		p.t.Fatal(err)
	}
	return arrived, time.Since(began)
}

func (p *post) expect(within time.Duration, want ...string) {
	p.t.Helper()
	time.Sleep(time.Until(p.began.Add(within)))
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Equal(p.arrived, want) {
		p.t.Errorf("after %s arrived\n\t%s\nand not\n\t%s", within, strings.Join(p.arrived, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func limited(seconds int) func(context.Context) error {
	return func(context.Context) error {
		return &telegram.APIError{Code: 429, Description: "Too Many Requests", RetryAfter: time.Duration(seconds) * time.Second}
	}
}

func hanging(ctx context.Context) error {
	<-ctx.Done()
	return &telegram.TransportError{Sent: true, Err: ctx.Err()}
}

// TestRetryAfterIsKeptToTheLetter: and who asks meanwhile is not kept waiting.
func TestRetryAfterIsKeptToTheLetter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t)
		if arrived, took := p.put(1, 0, "first", limited(30), limited(600)); arrived || took != 0 {
			t.Errorf("arrived: %v, after %s", arrived, took)
		}
		if arrived, took := p.put(1, 0, "second"); arrived || took != 0 {
			t.Errorf("the next one of the chat has arrived: %v, after %s", arrived, took)
		}
		if arrived, took := p.put(2, 0, "another's"); !arrived || took != 0 {
			t.Errorf("another chat's has arrived: %v, after %s", arrived, took)
		}
		p.expect(629*time.Second, "another's after 0s")
		p.expect(631*time.Second, "another's after 0s", "first after 10m30s", "second after 10m30s")
	})
}

func TestAHangingAnswerIsWaitedForShortly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t)
		if arrived, took := p.put(1, 7, "screen", hanging); arrived || took != answerHold {
			t.Errorf("arrived: %v, after %s", arrived, took)
		}
		if _, took := p.put(1, 8, "next"); took != 0 {
			t.Errorf("the next one is waited for, too: %s", took)
		}
		p.expect(13*time.Second, "screen after 12.2s", "next after 12.2s")
	})
}

// TestTheNewestScreenOfAMessageIsShown: who taps on and on sees the last one alone.
func TestTheNewestScreenOfAMessageIsShown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t)
		p.put(1, 7, "first", limited(5))
		p.put(1, 0, "message")
		for n := range 20 {
			p.put(1, 7, fmt.Sprint("screen ", n))
		}
		p.expect(time.Minute, "message after 5s", "screen 19 after 5s")
	})
}

func TestOfManyAnswersTheOldestGiveWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t)
		for n := range chatAnswers + 3 {
			p.put(1, 0, fmt.Sprint(n), limited(5))
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.arrived) != chatAnswers || !strings.HasPrefix(p.arrived[0], "3 ") {
			t.Errorf("arrived: %q", p.arrived)
		}
	})
}

// TestAnAnswerIsGivenUpInTheEnd: what nobody waits for any more, what is refused, and
// what may have arrived too often.
func TestAnAnswerIsGivenUpInTheEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fate  func(context.Context) error
		place int64
		tries int
	}{
		"slow mode of an hour": {limited(3600), 7, 1},
		"refused": {func(context.Context) error {
			return &telegram.APIError{Code: 400, Description: "Bad Request: SOMETHING_NEW"}
		}, 7, 1},
		"no answer to a message":   {hanging, 0, fewTries},
		"limited without a reason": {func(context.Context) error { return &telegram.APIError{Code: 429, Description: "Too Many Requests"} }, 7, 37},
		"an error page":            {func(context.Context) error { return &telegram.ServerError{Status: 502} }, 7, 37},
		"a bug":                    {func(context.Context) error { panic("a bug") }, 7, 1},
		"a blocked bot is no error": {func(context.Context) error {
			return &telegram.APIError{Code: 403, Description: "Forbidden: bot was blocked by the user"}
		}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newPost(t)
				tries := 0
				fates := make([]func(context.Context) error, 1000)
				for i := range fates {
					fates[i] = func(ctx context.Context) error {
						tries++
						return c.fate(ctx)
					}
				}
				p.put(1, c.place, "bad", fates...)
				time.Sleep(2 * time.Hour)
				if arrived, _ := p.put(1, 0, "good"); !arrived {
					t.Error("the next one does not arrive")
				}
				synctest.Wait()
				if tries != c.tries {
					t.Errorf("tried %d times, not %d", tries, c.tries)
				}
				if len(p.arrived) != 1 || !strings.HasPrefix(p.arrived[0], "good") {
					t.Errorf("behind it arrived %q", p.arrived)
				}
				if len(p.queues) != 0 {
					t.Error("its queue is kept")
				}
			})
		})
	}
}

// TestATelegramThatTakesNoAnswersHoldsUpdates: in the end they wait with Telegram.
func TestATelegramThatTakesNoAnswersHoldsUpdates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t)
		for chat := range mostWaiting {
			p.put(int64(chat)+1, 0, "", limited(60))
		}
		_, err := p.say(t.Context(), addressee{chat: -1}, &answer{life: time.Minute, call: limited(60)})
		if !errors.Is(err, errOutboxFull) {
			t.Errorf("one more: %v", err)
		}
		if !(&Bot{}).Passes(err) {
			t.Error("its update is given up")
		}
	})
}

// TestAStopWaitsForWhatIsOnItsWay: and not for what Telegram has wait.
func TestAStopWaitsForWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t)
		p.put(1, 0, "limited", limited(60))
		p.put(2, 0, "slow", func(context.Context) error {
			time.Sleep(3 * time.Second)
			return nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		p.finish(ctx)
		p.expect(3*time.Second, "slow after 3s")
		p.put(1, 0, "after it")
		p.expect(4*time.Second, "slow after 3s", "after it after 3s")
	})
}
