package updates_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/bottest"
	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions/redistest"
)

func TestWebhookAnswersWhatCarriesTheSecret(t *testing.T) {
	byWebhook(t, func(t *testing.T, h *fixture) {
		citizen := h.telegram.Citizen("Айгүл", "ky")
		h.repeats(citizen, "hello")
		h.repeats(citizen, "again")
		secrets := h.porch.Secrets()
		for _, secret := range secrets {
			if len(secret) != 64 || secret != secrets[0] || strings.Contains(h.telegram.Token(), secret) {
				t.Errorf("the secret is %q", secret)
			}
		}
	})
}

func TestWebhookLetsInOnlyTelegram(t *testing.T) {
	byWebhook(t, func(t *testing.T, h *fixture) {
		h.repeats(h.telegram.Citizen("Айгүл", "ky"), "hello")
		h.settled()
		secret := h.porch.Secrets()[0]
		handled := h.counted("kabarchy_updates_total")

		stranger := h.telegram.Citizen("Бакыт", "ru")
		update := fmt.Sprintf(`{"update_id":1,"message":{"message_id":1,"date":1,"chat":{"id":%[1]d,"type":"private"},"from":{"id":%[1]d},"text":"me"}}`, stranger.ID())
		for _, tt := range []struct {
			name, method, secret, kind, body string
			want                             int
		}{
			{"no secret", "POST", "", "application/json", update, http.StatusUnauthorized},
			{"a wrong secret", "POST", strings.Repeat("0", 64), "application/json", update, http.StatusUnauthorized},
			{"the secret's beginning", "POST", secret[:63], "application/json", update, http.StatusUnauthorized},
			{"too large, without the secret", "POST", "", "application/json", strings.Repeat(" ", 2<<20), http.StatusUnauthorized},
			{"too large", "POST", secret, "application/json", update + strings.Repeat(" ", 1<<20), http.StatusRequestEntityTooLarge},
			{"not JSON by its header", "POST", secret, "text/plain", update, http.StatusUnsupportedMediaType},
			{"GET", "GET", secret, "application/json", "", http.StatusMethodNotAllowed},
			{"DELETE", "DELETE", secret, "application/json", "", http.StatusMethodNotAllowed},
		} {
			if got := h.porch.Request(t, tt.method, tt.secret, tt.kind, tt.body); got != tt.want {
				t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
			}
		}
		if n := h.counted("kabarchy_updates_total"); n != handled {
			t.Errorf("%v updates were handled", n-handled)
		}
		stranger.Open() // so that the bot may write there
		if got := h.porch.Request(t, "POST", secret, "application/json; charset=utf-8", update); got != http.StatusOK {
			t.Errorf("with the secret: %d", got)
		}
		h.heard(stranger.ID(), "me")
		time.Sleep(time.Second) // a server lingers over a connection that it closes early
	})
}

func TestWebhookLeavesPoisonBehind(t *testing.T) {
	byWebhook(t, func(t *testing.T, h *fixture) {
		citizen := h.telegram.Citizen("Айгүл", "ky")
		h.repeats(citizen, "hello")
		for _, fields := range []string{`{"text":[1]}`, `{"from":7}`} {
			if _, err := citizen.SendJSON(fields); err != nil {
				t.Fatal(err)
			}
		}
		h.repeats(citizen, "again")
		h.settled()
		if got := h.porch.Request(t, "POST", h.porch.Secrets()[0], "application/json", "{"); got != http.StatusOK {
			t.Errorf("half an update: %d", got)
		}
		if n := h.counted("kabarchy_updates_total", `"unreadable"`); n != 3 {
			t.Errorf("%v unreadable updates are counted, not 3", n)
		}
		if n := h.porch.Answered(http.StatusServiceUnavailable); n != 0 {
			t.Errorf("%d are asked for again", n)
		}
	})
}

func TestWebhookAsksAgainAfterAnOutage(t *testing.T) {
	t.Parallel()
	redistest.Killed(t, func(t *testing.T, server redistest.Mortal, rdb redis.UniversalClient) {
		h := on(t, rdb).hook()
		citizen := h.telegram.Citizen("Айгүл", "ky")
		h.repeats(citizen, "hello")
		server.Kill()
		citizen.Send("during")
		h.eventually("Telegram is asked to come again", func() bool { return h.porch.Answered(http.StatusServiceUnavailable) > 0 })
		server.Restart()
		h.until(citizen, "during")
		h.heard(citizen.ID(), "during")
		h.settled()
	})
}

func TestWebhookAnswersAnUpdateOnce(t *testing.T) {
	byWebhook(t, func(t *testing.T, h *fixture) {
		citizen := h.telegram.Citizen("Айгүл", "ky")
		id := citizen.Send("hello")
		h.until(citizen, "hello")
		h.settled()
		came := h.porch.Answered(http.StatusOK)
		if err := h.telegram.Redeliver(id); err != nil {
			t.Fatal(err)
		}
		h.eventually("it came again", func() bool { return h.porch.Answered(http.StatusOK) > came })
		if said := h.answers(citizen); len(said) != 1 {
			t.Errorf("it is answered by %q", said)
		}
	})
}

func TestTwoInstancesAnswer(t *testing.T) {
	byWebhook(t, func(t *testing.T, h *fixture) {
		first, firstMetrics := h.porch.Behind()[0], h.metrics
		h.porch.Put(first, h.webhook())
		for n := range 6 {
			citizen := h.telegram.Citizen(fmt.Sprint("Айгүл ", n), "ky")
			h.repeats(citizen, "hello")
			h.heard(citizen.ID(), "hello")
		}
		h.settled() // an update is counted after its answer is on the phone
		one, other := count(t, firstMetrics, "kabarchy_updates_total"), h.counted("kabarchy_updates_total")
		if one != 3 || other != 3 {
			t.Errorf("one instance handled %v updates, the other %v", one, other)
		}
	})
}

func TestSwitchingModesLosesNoUpdate(t *testing.T) {
	byPolling(t, func(t *testing.T, h *fixture) {
		const people = 90
		citizens := make([]*simulator.Citizen, people)
		for n := range citizens {
			citizens[n] = h.telegram.Citizen(fmt.Sprint("Айгүл ", n), "ky")
		}
		sent := make(chan int, people)
		var speaking sync.WaitGroup
		speaking.Go(func() {
			defer close(sent)
			for n, citizen := range citizens {
				citizen.Send("hello")
				sent <- n
				time.Sleep(5 * time.Millisecond) // they do not speak all at once
			}
		})
		defer speaking.Wait()
		after := func(n int) { // so many have spoken
			for i := range sent {
				if i >= n {
					return
				}
			}
		}

		after(people / 3)
		if err := h.stop(); err != nil {
			t.Fatal(err)
		}
		h.hook()
		after(2 * people / 3)
		h.eventually("the webhook is in use", func() bool { return h.porch.Answered(http.StatusOK) > 0 })
		if err := h.stop(); err != nil {
			t.Fatal(err)
		}
		h.poll() // finds the webhook set, and takes its place
		for range sent {
		}

		twice := 0
		for _, citizen := range citizens {
			h.until(citizen, "hello")
			h.heard(citizen.ID(), "hello")
			twice += len(h.answers(citizen)) - 1
		}
		t.Logf("%d of %d were answered twice", twice, people)
		h.settled()
		if !strings.Contains(h.log.String(), "a webhook was set: it is deleted") {
			t.Error("nobody says that the webhook was deleted")
		}
	})
}

func TestKeepHealsTheWebhook(t *testing.T) {
	byWebhook(t, func(t *testing.T, h *fixture) {
		citizen := h.telegram.Citizen("Айгүл", "ky")
		h.repeats(citizen, "hello")
		client := telegram.NewClient(telegram.Options{Token: h.telegram.Token(), Endpoint: endpoint, HTTP: h.http})

		// Somebody takes it away.
		if err := client.Call(t.Context(), "deleteWebhook", nil, nil); err != nil {
			t.Fatal(err)
		}
		h.repeats(citizen, "again")

		// Somebody sets the same without the secret.
		params := map[string]string{
			"url": bottest.PorchAddress, "max_connections": "100", "allowed_updates": telegram.AllowedUpdates,
		}
		if err := client.Call(t.Context(), "setWebhook", params, nil); err != nil {
			t.Fatal(err)
		}
		h.repeats(citizen, "and again")
		if h.porch.Answered(http.StatusUnauthorized) == 0 {
			t.Error("it was taken without the secret")
		}
		h.eventually("the operator is told", func() bool { return strings.Contains(h.log.String(), "telegram could not deliver") })
	})
}

func TestKeepEndsWithAWrongToken(t *testing.T) {
	byWebhook(t, func(t *testing.T, h *fixture) {
		h.telegram.Fault(simulator.Fault{Refuse: simulator.Unauthorized})
		h.endsWithTheToken()
	})
}
