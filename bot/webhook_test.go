package bot_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"kabarchy/bot"
	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
	"kabarchy/bot/updates"
	"kabarchy/subscriptions/redistest"
	"kabarchy/subscriptions/redistest/pipenet"
)

const secretHeader = "X-Telegram-Bot-Api-Secret-Token"

// porch is where Telegram delivers: it passes requests on to the webhooks behind it in
// turn, and notes secrets and answers.
type porch struct {
	client  *http.Client // leads to it
	mu      sync.Mutex
	behind  []http.Handler
	turn    int
	secrets []string
	answers map[int]int // how many by status
}

const porchAddress = "http://127.0.0.1:8443/telegram"

func newPorch(t *testing.T) *porch {
	p := &porch{answers: map[int]int{}}
	p.client = pipenet.Serve(t, p).Client(t)
	return p
}

func (p *porch) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.secrets = append(p.secrets, r.Header.Get(secretHeader))
	behind := p.behind[p.turn%len(p.behind)]
	p.turn++
	p.mu.Unlock()
	noted := &statusWriter{ResponseWriter: w}
	behind.ServeHTTP(noted, r)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers[noted.status]++
}

func (p *porch) answered(status int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.answers[status]
}

func (p *porch) put(behind ...http.Handler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.behind = behind
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// webhook makes another instance of the bot, which takes updates by webhook.
func (h *fixture) webhook(p *porch) (*updates.Webhook, *prometheus.Registry) {
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	registry := prometheus.NewRegistry()
	client := telegram.NewClient(telegram.Options{Token: h.telegram.Token(), Endpoint: endpoint, HTTP: h.http, Log: log})
	queue := &updates.ChatQueue{}
	b := bot.New(bot.Options{
		Client: client, Store: h.store, Archive: h.archive, Articles: h.articles, Queue: queue,
		Ministry: bot.Ministry{Name: map[string]string{"ru": "Министерство юстиции"}}, Log: log, Registerer: registry,
	})
	h.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(h.t.Context()), time.Second)
		defer cancel()
		b.Finish(ctx)
	})
	dispatcher := updates.NewDispatcher(updates.Options{Client: client, Handler: b, Queue: queue, Log: log, Registerer: registry})
	return updates.NewWebhook(dispatcher, updates.WebhookOptions{
		Address: porchAddress, Within: 3 * time.Second, CheckEvery: 20 * time.Millisecond, Registerer: registry,
	}), registry
}

// keep has the webhook registered until it is told to stop, or the test ends.
func (h *fixture) keep(w *updates.Webhook) (stop func() error) {
	ctx, cancel := context.WithCancel(h.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Keep(ctx) }()
	return sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
}

// hooked is a fixture with one bot that is registered behind a porch.
func hooked(t *testing.T, rdb redis.UniversalClient) (*fixture, *porch) {
	t.Helper()
	return hook(t, buildOn(t, rdb, simulator.Options{WebhookWait: 10 * time.Millisecond}))
}

// hook has the updates brought by a webhook.
func hook(t *testing.T, h *fixture) (*fixture, *porch) {
	t.Helper()
	p := h.porch
	w, metrics := h.webhook(p)
	h.metrics = metrics
	p.put(w)
	h.stop = h.keep(w)
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, secret := range p.secrets {
			if len(secret) > 20 && strings.Contains(h.log.String(), secret) {
				t.Fatal("the log holds the secret")
			}
		}
		if err := h.telegram.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return h, p
}

func TestWebhookAnswers(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		h, p := hooked(t, rdb)
		citizen := h.telegram.Citizen("Айгүл", "ky")
		h.says(citizen, "/start", "Здравствуйте")
		h.presses(citizen, "Кыргызча")
		h.keeps(citizen.ID(), "subscribed", active("ky"))
		h.says(citizen, "/help", "жардам")
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, secret := range p.secrets {
			if len(secret) != 64 || secret != p.secrets[0] || strings.Contains(h.telegram.Token(), secret) {
				t.Errorf("the secret is %q", secret)
			}
		}
	})
}

func TestWebhookLetsInOnlyTelegram(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		h, p := hooked(t, rdb)
		h.says(h.telegram.Citizen("Айгүл", "ky"), "/start", "Здравствуйте")
		h.settled()
		p.mu.Lock()
		secret := p.secrets[0]
		p.mu.Unlock()
		handled := h.counted("kabarchy_updates_total")

		const update = `{"update_id":1,"message":{"message_id":1,"date":1,"chat":{"id":7,"type":"private"},"from":{"id":7},"text":"/start ky"}}`
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
			if got := p.request(t, tt.method, tt.secret, tt.kind, tt.body); got != tt.want {
				t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
			}
		}
		if n := h.counted("kabarchy_updates_total"); n != handled {
			t.Errorf("%v updates were handled", n-handled)
		}
		if got := p.request(t, "POST", secret, "application/json; charset=utf-8", update); got != http.StatusOK {
			t.Errorf("with the secret: %d", got)
		}
		h.keeps(7, "subscribed", active("ky"))
		time.Sleep(time.Second) // a server lingers over a connection that it closes early
	})
}

// request sends a request and returns the answer's status.
func (p *porch) request(t *testing.T, method, secret, kind, body string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, porchAddress, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	if secret != "" {
		r.Header.Set(secretHeader, secret)
	}
	answer, err := p.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode
}

func TestWebhookLeavesPoisonBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		h, p := hooked(t, rdb)
		citizen := h.telegram.Citizen("Айгүл", "ky")
		h.says(citizen, "/start ky", "Жазылдыңыз")
		for _, fields := range []string{`{"text":[1]}`, `{"from":7}`} {
			if _, err := citizen.SendJSON(fields); err != nil {
				t.Fatal(err)
			}
		}
		h.says(citizen, "/help", "жардам")
		h.settled()
		p.mu.Lock()
		secret := p.secrets[0]
		p.mu.Unlock()
		if got := p.request(t, "POST", secret, "application/json", "{"); got != http.StatusOK {
			t.Errorf("half an update: %d", got)
		}
		if n := h.counted("kabarchy_updates_total", `"unreadable"`); n != 3 {
			t.Errorf("%v unreadable updates are counted, not 3", n)
		}
		if n := p.answered(http.StatusServiceUnavailable); n != 0 {
			t.Errorf("%d are asked for again", n)
		}
	})
}

func TestWebhookAsksAgainAfterAnOutage(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	h, p := hooked(t, server.Client(t))
	citizen := h.telegram.Citizen("Айгүл", "ky")
	h.says(citizen, "/start", "Здравствуйте")
	server.Kill()
	if _, err := citizen.Tap("Кыргызча"); err != nil {
		t.Fatal(err)
	}
	h.eventually("Telegram is asked to come again", func() bool { return p.answered(http.StatusServiceUnavailable) > 0 })
	server.Restart()
	h.until(citizen.Chat, "Жазылдыңыз")
	h.keeps(citizen.ID(), "subscribed", active("ky"))
	h.settled()
}

func TestWebhookAnswersAnUpdateOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		h, p := hooked(t, rdb)
		citizen := h.telegram.Citizen("Айгүл", "ky")
		h.says(citizen, "/start ky", "Жазылдыңыз")
		id := citizen.Send("/help")
		h.until(citizen.Chat, "жардам")
		h.settled()
		shown, answered := len(citizen.Messages()), p.answered(http.StatusOK)
		if err := h.telegram.Redeliver(id); err != nil {
			t.Fatal(err)
		}
		h.eventually("it came again", func() bool { return p.answered(http.StatusOK) > answered })
		if n := len(citizen.Messages()); n != shown {
			t.Errorf("the chat shows %d messages, and %d before", n, shown)
		}
	})
}

func TestTwoInstancesAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		h, p := hooked(t, rdb)
		other, metrics := h.webhook(p)
		p.put(append(p.behind, other)...)
		for n := range 6 {
			citizen := h.telegram.Citizen(fmt.Sprint("Айгүл ", n), "ky")
			h.says(citizen, "/start ky", "Жазылдыңыз")
			h.keeps(citizen.ID(), "subscribed", active("ky"))
		}
		h.settled() // an update is counted after its answer is on the phone
		first := h.counted("kabarchy_updates_total")
		h.metrics = metrics
		if second := h.counted("kabarchy_updates_total"); first != 3 || second != 3 {
			t.Errorf("one instance handled %v updates, the other %v", first, second)
		}
	})
}

func TestSwitchingModesLosesNoUpdate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		h := buildOn(t, rdb, simulator.Options{WebhookWait: 10 * time.Millisecond})
		h.start()
		p := h.porch
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
				citizen.Send("/start ky")
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
		w, _ := h.webhook(p)
		p.put(w)
		stop := h.keep(w)
		after(2 * people / 3)
		h.eventually("the webhook is in use", func() bool { return p.answered(http.StatusOK) > 0 })
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		h.start() // finds the webhook set, and takes its place
		for range sent {
		}

		twice := 0
		for _, citizen := range citizens {
			h.keeps(citizen.ID(), "subscribed", active("ky"))
			h.until(citizen.Chat, "")
			answers := 0
			for _, m := range citizen.Messages() {
				if m.Bot {
					answers++
				}
			}
			twice += answers - 1
		}
		t.Logf("%d of %d were answered twice", twice, people)
		h.settled()
		if !strings.Contains(h.log.String(), "a webhook was set: it is deleted") {
			t.Error("nobody says that the webhook was deleted")
		}
	})
}

func TestKeepHealsTheWebhook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		h, p := hooked(t, rdb)
		citizen := h.telegram.Citizen("Айгүл", "ky")
		h.says(citizen, "/start ky", "Жазылдыңыз")
		client := telegram.NewClient(telegram.Options{Token: h.telegram.Token(), Endpoint: endpoint, HTTP: h.http})

		// Somebody takes it away.
		if err := client.Call(t.Context(), "deleteWebhook", nil, nil); err != nil {
			t.Fatal(err)
		}
		h.says(citizen, "/help", "жардам")

		// Somebody sets the same without the secret.
		params := map[string]string{
			"url": porchAddress, "max_connections": "100",
			"allowed_updates": `["message","channel_post","callback_query","inline_query","my_chat_member"]`,
		}
		if err := client.Call(t.Context(), "setWebhook", params, nil); err != nil {
			t.Fatal(err)
		}
		h.says(citizen, "/privacy", "номер")
		if p.answered(http.StatusUnauthorized) == 0 {
			t.Error("it was taken without the secret")
		}
		h.eventually("the operator is told", func() bool { return strings.Contains(h.log.String(), "telegram could not deliver") })
	})
}

func TestKeepEndsWithAWrongToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		h, _ := hooked(t, rdb)
		h.telegram.Fault(simulator.Fault{Refuse: simulator.Unauthorized})
		h.eventually("it ends", func() bool { return strings.Contains(h.log.String(), "401") })
		if err := h.stop(); err == nil || !strings.Contains(err.Error(), "token") {
			t.Errorf("it ends with %v", err)
		}
		h.stop = func() error { return nil }
	})
}
