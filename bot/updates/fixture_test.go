package updates_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"kabarchy/bot/bottest"
	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
	"kabarchy/bot/updates"
	"kabarchy/subscriptions/redistest"
	"kabarchy/subscriptions/redistest/pipenet"
)

// wait is how long a test waits for what happens within milliseconds when all is well.
const wait = 20 * time.Second

// endpoint is the simulated Telegram's address.
const endpoint = "http://telegram.example"

// echo is the smallest handler: it notes in Redis who spoke, and repeats what was said.
type echo struct {
	client *telegram.Client
	rdb    redis.UniversalClient
	act    func(ctx context.Context, text string) error // comes first; nothing if nil
}

func (*echo) Start()                                      {}
func (*echo) Concerns(telegram.Update) bool               { return true }
func (*echo) Personal(telegram.Callback) bool             { return false }
func (*echo) IsCommand(telegram.Message) bool             { return true }
func (*echo) Busy(context.Context, telegram.Update) error { return nil }
func (*echo) Passes(error) bool                           { return false }
func (*echo) Finish(context.Context)                      {}

func (e *echo) Handle(ctx context.Context, u telegram.Update) error {
	if u.Message == nil {
		return nil
	}
	if e.act != nil {
		if err := e.act(ctx, u.Message.Text); err != nil {
			return err
		}
	}
	chat := fmt.Sprint(u.Message.Chat.ID)
	if err := e.rdb.HSet(ctx, "heard", chat, u.Message.Text).Err(); err != nil {
		return err
	}
	return e.client.Call(ctx, "sendMessage", map[string]string{"chat_id": chat, "text": "🔊 " + u.Message.Text}, nil)
}

// fixture is a dispatcher that brings the simulated Telegram's updates to an echo. All of
// them speak over pipes, so that it may stand in a bubble, where time costs nothing.
type fixture struct {
	t        *testing.T
	telegram *simulator.Server
	http     *http.Client // leads to it
	porch    *bottest.Porch
	rdb      redis.UniversalClient
	act      func(ctx context.Context, text string) error // the echo's
	log      *bottest.Log
	metrics  *prometheus.Registry // of the newest dispatcher
	stop     func() error         // asks for the end and waits for it
	ends     func() error         // waits alone
}

// inBubble is a fixture on the embedded Redis, to which no updates are brought yet.
func inBubble(t *testing.T) *fixture {
	t.Helper()
	return on(t, redistest.Bubble(t).Client(t))
}

// byWebhook runs a test in a bubble, beside others, to whose fixture updates come by a webhook.
func byWebhook(t *testing.T, test func(t *testing.T, h *fixture)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { test(t, inBubble(t).hook()) })
}

// byPolling is byWebhook with updates that are fetched.
func byPolling(t *testing.T, test func(t *testing.T, h *fixture)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { test(t, inBubble(t).poll()) })
}

func on(t *testing.T, rdb redis.UniversalClient) *fixture {
	t.Helper()
	porch := bottest.NewPorch(t)
	h := &fixture{
		t: t, porch: porch, rdb: rdb, log: &bottest.Log{},
		telegram: simulator.New(simulator.Options{WebhookClient: porch.Client, WebhookWait: 10 * time.Millisecond}),
	}
	h.http = pipenet.Serve(t, h.telegram.Handler()).Client(t)
	t.Cleanup(func() {
		if err := h.stop(); err != nil {
			t.Errorf("it ended with %v", err)
		}
		h.secretless()
		if err := h.telegram.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return h
}

// dispatcher makes another one: what the last one knew is in Redis and at Telegram alone.
func (h *fixture) dispatcher() *updates.Dispatcher {
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.metrics = prometheus.NewRegistry()
	client := telegram.NewClient(telegram.Options{Token: h.telegram.Token(), Endpoint: endpoint, HTTP: h.http, Log: log})
	return updates.NewDispatcher(updates.Options{
		Client: client, Handler: &echo{client: client, rdb: h.rdb, act: h.act}, Log: log, Registerer: h.metrics,
	})
}

// poll has the updates brought by long polling.
func (h *fixture) poll() *fixture {
	h.run(updates.NewPoller(h.dispatcher(), h.rdb).Run)
	return h
}

// hook has the updates brought by a webhook.
func (h *fixture) hook() *fixture {
	w := h.webhook()
	h.porch.Put(w)
	h.run(w.Keep)
	return h
}

// webhook makes a webhook that nobody knows yet.
func (h *fixture) webhook() *updates.Webhook {
	d := h.dispatcher()
	return updates.NewWebhook(d, updates.WebhookOptions{
		Address: bottest.PorchAddress, Within: 3 * time.Second, CheckEvery: 20 * time.Millisecond, Registerer: h.metrics,
	})
}

// run runs what brings the updates, until stop or the test's end.
func (h *fixture) run(bring func(context.Context) error) {
	h.stop, h.ends = bottest.Live(h.t, wait, bring)
}

// endsWithTheToken fails the test unless it ends by itself and says that the token is wrong.
func (h *fixture) endsWithTheToken() {
	h.t.Helper()
	if err := h.ends(); err == nil || !strings.Contains(err.Error(), "token") {
		h.t.Errorf("it ends with %v", err)
	}
	h.stop = func() error { return nil }
}

// secretless fails the test if the log holds the token, or a webhook's secret.
func (h *fixture) secretless() {
	_, token, _ := strings.Cut(h.telegram.Token(), ":")
	for _, secret := range append(h.porch.Secrets(), token) {
		if len(secret) > 20 && strings.Contains(h.log.String(), secret) {
			h.t.Error("the log holds a secret")
			return
		}
	}
}

// repeats says the text and waits until the citizen sees it repeated.
func (h *fixture) repeats(c *simulator.Citizen, text string) {
	h.t.Helper()
	c.Send(text)
	h.until(c, text)
}

// until waits until the newest answer repeats the text.
func (h *fixture) until(c *simulator.Citizen, text string) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), wait)
	defer cancel()
	err := c.Wait(ctx, func([]simulator.Message) bool {
		said := h.answers(c)
		return len(said) > 0 && said[len(said)-1] == text
	})
	if err != nil {
		h.t.Fatalf("%q is not repeated: %v\nlog:\n%s", text, err, h.log)
	}
}

// answers are what was repeated to the citizen.
func (h *fixture) answers(c *simulator.Citizen) (said []string) {
	for _, m := range c.Messages() {
		if text, repeated := strings.CutPrefix(m.Text, "🔊 "); repeated && m.Bot {
			said = append(said, text)
		}
	}
	return said
}

// heard fails the test unless Redis says that the text came.
func (h *fixture) heard(chat int64, text string) {
	h.t.Helper()
	if got, err := h.rdb.HGet(h.t.Context(), "heard", fmt.Sprint(chat)).Result(); err != nil || got != text {
		h.t.Errorf("of %d was heard %q, %v", chat, got, err)
	}
}

// settled waits until all updates are confirmed.
func (h *fixture) settled() {
	h.t.Helper()
	h.eventually("all updates are confirmed", func() bool { return h.telegram.Stats().Pending == 0 })
}

// eventually waits for a condition that has nobody to tell of it.
func (h *fixture) eventually(what string, check func() bool) {
	h.t.Helper()
	for deadline := time.Now().Add(wait); !check(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatalf("never: %s\nlog:\n%s", what, h.log)
		}
	}
}

// counted is the sum of the counter's values, of all its labels or of those that hold one.
func (h *fixture) counted(name string, label ...string) float64 {
	h.t.Helper()
	return count(h.t, h.metrics, name, label...)
}

func count(t *testing.T, metrics *prometheus.Registry, name string, label ...string) (sum float64) {
	t.Helper()
	families, err := metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			if len(label) == 0 || strings.Contains(fmt.Sprint(m.GetLabel()), label[0]) {
				sum += m.GetCounter().GetValue()
			}
		}
	}
	return sum
}
