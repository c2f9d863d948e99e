package main

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/simulator"
	"kabarchy/subscriptions/redistest"
)

// proxy stands in front of the instances, as an operator's does, and passes requests on
// to them in turn.
type proxy struct {
	URL       string
	addresses atomic.Pointer[[]string]
	turn      atomic.Int64
}

func newProxy(w *fixture) *proxy {
	p := &proxy{}
	p.URL = w.net.serve(w.t, "localhost", &httputil.ReverseProxy{
		Transport: w.net.client.Transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			addresses := *p.addresses.Load()
			r.SetURL(&url.URL{Scheme: "http", Host: addresses[int(p.turn.Add(1))%len(addresses)]})
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	})
	return p
}

func (p *proxy) at(addresses ...string) { p.addresses.Store(&addresses) }

func (p *proxy) to(instances ...*App) {
	var addresses []string
	for _, a := range instances {
		addresses = append(addresses, a.Addr())
	}
	p.at(addresses...)
}

// TestAllInstancesAnswerByWebhook has people subscribe with two instances, of which one
// reads and sends. It stops; the other does everything.
func TestAllInstancesAnswerByWebhook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { allInstancesAnswer(t, redistest.Bubble(t).Client(t)) })
}

func allInstancesAnswer(t *testing.T, rdb redis.UniversalClient) {
	w := newFixture(t, rdb, simulator.Options{WebhookWait: 1})
	p := newProxy(w)
	w.config.Telegram.Webhook = p.URL + "/telegram"
	w.config.Telegram.MessagesPerSecond = 1000
	leader := w.app()
	standby := w.instance()
	defer w.stop(standby)
	p.to(leader, standby)
	readers := w.subscribe(leader, 60)
	for _, a := range []*App{leader, standby} {
		_, body := w.net.get(t, "http://"+a.Addr()+"/metrics")
		if !strings.Contains(body, `kabarchy_webhook_requests_total{answer="OK"}`) {
			t.Errorf("an instance answered nobody; leader: %t", a == leader)
		}
	}
	if status, _ := w.net.get(t, p.URL+"/telegram"); status != http.StatusMethodNotAllowed {
		t.Errorf("GET of the webhook: %d", status)
	}
	w.publish(1)
	eventually(t, "the first item is out", func() bool { return w.finished(leader, 3) })
	w.verify(1, readers, 0)

	w.stop(leader)
	p.to(standby)
	eventually(t, "the standby leads", standby.lease.Held)
	citizen := w.telegram.Citizen("Айгүл", "ky")
	citizen.Send("/start ky")
	readers["ky"] = append(readers["ky"], citizen.ID())
	eventually(t, "a newcomer is answered", func() bool { return len(citizen.Messages()) > 1 })
	if err := standby.AwaitPolls(deadline(t, wait)); err != nil {
		t.Fatal(err)
	}
	w.publish(2)
	eventually(t, "the second item is out", func() bool { return w.finished(standby, 6) })
	w.verify(2, readers, 0)
}

// TestSwitchingModes goes from fetching updates to the webhook and back, while people
// subscribe all the time.
func TestSwitchingModes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { switchingModes(t, redistest.Bubble(t).Client(t)) })
}

func switchingModes(t *testing.T, rdb redis.UniversalClient) {
	w := newFixture(t, rdb, simulator.Options{WebhookWait: 1})
	p := newProxy(w)
	const each = 50
	first := w.telegram.Crowd(4 * each)
	said := 0
	say := func() {
		for range each {
			w.telegram.CrowdSays(first+int64(said), "/start ky", "ky")
			said++
		}
	}
	var a *App
	for _, webhook := range []string{"", p.URL + "/telegram", ""} {
		if a != nil {
			say() // before the change
			w.stop(a)
		}
		config := *w.config
		config.Telegram.Webhook = webhook
		w.config = &config
		a = w.instance()
		p.to(a)
	}
	defer w.stop(a)
	say()
	eventually(t, "all have subscribed", func() bool {
		counts, err := a.Store.Count(t.Context())
		return err == nil && counts.Total == said
	})
	if err := w.telegram.AwaitHandled(deadline(t, wait)); err != nil {
		t.Error(err)
	}
}

// TestMetricsAreNotAtTheWebhooksAddress has the webhook at an address of its own: what
// the world can reach there is the webhook alone.
func TestMetricsAreNotAtTheWebhooksAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { webhookApart(t, redistest.Bubble(t).Client(t)) })
}

func webhookApart(t *testing.T, rdb redis.UniversalClient) {
	w := newFixture(t, rdb, simulator.Options{WebhookWait: 1})
	p := newProxy(w)
	w.config.Telegram.Webhook = p.URL + "/telegram"
	w.config.Telegram.WebhookListen = "127.0.0.1:0"
	w.config.DebugListen = "127.0.0.1:0"
	a := w.app()
	defer w.stop(a)
	webhook, debug := a.front.webhook.Addr().String(), a.front.debug.Addr().String()
	p.at(webhook)
	w.subscribe(a, 30)
	for _, tt := range []struct {
		address, path string
		status        int
	}{
		{a.Addr(), "/healthz", http.StatusOK},
		{a.Addr(), "/metrics", http.StatusOK},
		{a.Addr(), "/telegram", http.StatusNotFound},
		{webhook, "/telegram", http.StatusMethodNotAllowed},
		{webhook, "/healthz", http.StatusNotFound},
		{webhook, "/readyz", http.StatusNotFound},
		{webhook, "/metrics", http.StatusNotFound},
		{webhook, "/telegram/../metrics", http.StatusNotFound},
		{webhook, "//metrics", http.StatusNotFound},
		{webhook, "/debug/pprof/", http.StatusNotFound},
		{a.Addr(), "/debug/pprof/", http.StatusNotFound},
		{debug, "/debug/pprof/", http.StatusOK},
		{debug, "/debug/pprof/goroutine", http.StatusOK},
		{debug, "/debug/pprof/cmdline", http.StatusNotFound}, // it is nobody's business
		{debug, "/metrics", http.StatusOK},
		{debug, "/healthz", http.StatusNotFound},
	} {
		if status, body := w.net.get(t, "http://"+tt.address+tt.path); status != tt.status {
			t.Errorf("%s%s: %d %.80s, want %d", tt.address, tt.path, status, body, tt.status)
		}
	}
	for address, runtime := range map[string]bool{a.Addr(): false, debug: true} {
		_, body := w.net.get(t, "http://"+address+"/metrics")
		if strings.Contains(body, "\ngo_") != runtime || strings.Contains(body, "\nkabarchy_") == runtime {
			t.Errorf("%s/metrics:\n%s", address, body)
		}
	}
}
