package updates_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions/redistest"
)

func TestAnUpdateThatCannotBeReadHarmsNoOther(t *testing.T) {
	byPolling(t, func(t *testing.T, h *fixture) {
		before, after := h.telegram.Citizen("Айгүл", "ky"), h.telegram.Citizen("Бакыт", "ru")
		before.Send("before")
		for _, fields := range []string{`{"text":[1]}`, `{"from":7}`, `{"chat":"nowhere"}`, `{"message_id":"x"}`} {
			if _, err := before.SendJSON(fields); err != nil {
				t.Fatal(err)
			}
		}
		after.Send("after")
		h.until(before, "before")
		h.until(after, "after")
		h.settled()
		if got := h.counted("kabarchy_updates_total", `"unreadable"`); got != 4 {
			t.Errorf("%v unreadable updates are counted, not 4", got)
		}
	})
}

func TestASlowUpdateKeepsNoOtherChatWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := inBubble(t)
		release := make(chan struct{})
		h.act = func(ctx context.Context, text string) error {
			if text != "slow" {
				return nil
			}
			select {
			case <-release:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		h.poll()
		slow, quick := h.telegram.Citizen("Айгүл", "ky"), h.telegram.Citizen("Бакыт", "ru")
		slow.Send("slow")
		slow.Send("second") // keeps its place behind the slow one
		for _, text := range []string{"a", "b", "c"} {
			h.repeats(quick, text)
		}
		if said := h.answers(slow); len(said) != 0 {
			t.Errorf("%q is answered before the first is done with", said)
		}
		close(release)
		h.until(slow, "second")
		if said := h.answers(slow); !slices.Equal(said, []string{"slow", "second"}) {
			t.Errorf("the answers are out of order: %q", said)
		}
	})
}

func TestAnOutageOfRedisDelaysAndLosesNothing(t *testing.T) {
	t.Parallel()
	redistest.Killed(t, func(t *testing.T, server redistest.Mortal, rdb redis.UniversalClient) {
		h := on(t, rdb).poll()
		early := h.telegram.Citizen("Айгүл", "ky")
		h.repeats(early, "hello")

		server.Kill()
		late := h.telegram.Citizen("Бакыт", "ru")
		early.Send("during")
		late.Send("late")
		retried := func() bool { return h.counted("kabarchy_update_retries_total") >= 2 }
		h.eventually("both are tried again", retried)
		if pending := h.telegram.Stats().Pending; pending != 2 {
			t.Errorf("%d updates are unconfirmed, not 2", pending)
		}
		// Another life of the bot finds them again.
		if err := h.stop(); err != nil {
			t.Fatal(err)
		}
		h.poll()
		h.eventually("both are tried again", retried)
		server.Restart()

		h.until(early, "during")
		h.until(late, "late")
		h.settled()
		h.heard(early.ID(), "during")
		h.heard(late.ID(), "late")
	})
}

func TestPollingSurvivesTelegramsTrouble(t *testing.T) {
	byPolling(t, func(t *testing.T, h *fixture) {
		citizen := h.telegram.Citizen("Айгүл", "ky")
		for name, fault := range map[string]simulator.Fault{
			"502 with a page": {HTML: 502},
			"reset":           {Reset: true},
			"wait a second":   {Refuse: simulator.TooMany(1)},
		} {
			for _, method := range []string{"sendMessage", "getUpdates"} {
				fault.Methods, fault.Next = []string{method}, 2
				h.telegram.Fault(fault)
				h.repeats(citizen, name+" for "+method)
			}
		}
	})
}

func TestAWrongTokenEndsPollingAndIsNotSaid(t *testing.T) {
	byPolling(t, func(t *testing.T, h *fixture) {
		citizen := h.telegram.Citizen("Айгүл", "ky")
		h.repeats(citizen, "hello")
		h.telegram.Fault(simulator.Fault{Refuse: simulator.Unauthorized})
		citizen.Send("again")
		h.endsWithTheToken()
	})
}

func TestAnotherReaderOfTheUpdatesIsNamed(t *testing.T) {
	byPolling(t, func(t *testing.T, h *fixture) {
		h.telegram.Fault(simulator.Fault{Methods: []string{"getUpdates"}, Refuse: simulator.OtherGetUpdates, Next: 2})
		citizen := h.telegram.Citizen("Айгүл", "ky")
		h.repeats(citizen, "ends the long poll that is under way")
		h.eventually("the operator is told", func() bool {
			return strings.Contains(h.log.String(), "another program receives this bot's updates")
		})
		h.repeats(citizen, "hello")
	})
}

// TestOneConflictBlamesNobody: another instance has led while this one was stopped, and its
// request for updates ended the one that this one finds when it wakes.
func TestOneConflictBlamesNobody(t *testing.T) {
	byPolling(t, func(t *testing.T, h *fixture) {
		citizen := h.telegram.Citizen("Айгүл", "ky")
		h.repeats(citizen, "hello")
		for range 2 {
			time.Sleep(5*time.Minute + 10*time.Second) // a request for updates is under way
			other := telegram.NewClient(telegram.Options{Token: h.telegram.Token(), Endpoint: endpoint, HTTP: h.http})
			if _, err := other.GetUpdates(t.Context(), 0, 1, time.Second); err != nil {
				t.Fatal(err)
			}
			h.eventually("the request under way is ended", func() bool { return strings.Contains(h.log.String(), "Conflict: terminated by other") })
			h.repeats(citizen, "again")
		}
		if log := h.log.String(); strings.Contains(log, "another program") || strings.Contains(log, "level=ERROR") {
			t.Errorf("somebody is blamed:\n%s", log)
		}
	})
}

// TestAWebhookThatStaysCostsLittle: its deletion is answered as if it were done.
func TestAWebhookThatStaysCostsLittle(t *testing.T) {
	t.Parallel()
	for _, updates := range []string{"never come", "come in between"} {
		t.Run(updates, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := inBubble(t)
				var asked, polls atomic.Int64
				h.telegram.Fault(simulator.Fault{Methods: []string{"getUpdates", "deleteWebhook"}, Match: func(simulator.Request) bool {
					asked.Add(1)
					return false
				}})
				h.telegram.Fault(simulator.Fault{Methods: []string{"getUpdates"}, Refuse: simulator.WebhookActive, Match: func(simulator.Request) bool {
					return polls.Add(1)%2 == 1 || updates == "never come"
				}})
				citizen := h.telegram.Citizen("Айгүл", "ky")
				h.poll()
				for range 50 {
					citizen.Send("hello")
					time.Sleep(100 * time.Millisecond)
				}
				if n := asked.Load(); n > 15 {
					t.Errorf("Telegram is asked %d times in 5 seconds", n)
				}
				if log := h.log.String(); !strings.Contains(log, "level=ERROR") {
					t.Errorf("nobody is told:\n%s", log)
				}
			})
		})
	}
}

func TestAStopFinishesWhatIsInWorkAndConfirmsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := inBubble(t)
		begun, release := make(chan struct{}), make(chan struct{})
		h.act = func(context.Context, string) error {
			close(begun)
			<-release
			return nil
		}
		h.poll()
		citizen := h.telegram.Citizen("Айгүл", "ky")
		citizen.Send("hello")
		<-begun
		stopped := make(chan error)
		go func() { stopped <- h.stop() }()
		synctest.Wait()
		close(release)
		if err := <-stopped; err != nil {
			t.Error(err)
		}
		h.until(citizen, "hello")
		if pending := h.telegram.Stats().Pending; pending != 0 {
			t.Errorf("%d updates are unconfirmed", pending)
		}
	})
}

// TestHandleFailsWhereTheWorkCannotBeDoneInTime: the update is to come again.
func TestHandleFailsWhereTheWorkCannotBeDoneInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mini := redistest.Bubble(t)
		h := on(t, mini.Client(t))
		h.stop = func() error { return nil } // nothing brings updates
		mini.Refuse(func([]string) string { return "LOADING Redis is loading the dataset in memory" })
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		update := `{"update_id":1,"message":{"message_id":1,"text":"hello","from":{"id":5},"chat":{"id":5,"type":"private"}}}`
		err := h.dispatcher().Handle(ctx, json.RawMessage(update))
		if err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("an update whose work could not be done ends with %v", err)
		}
	})
}
