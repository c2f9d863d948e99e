package simulator_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"kabarchy/bot/simulator"
)

// receiver is a bot's end of a webhook.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	status  []int // of the next answers; 200 after them
	header  http.Header
	got     chan happening
	secrets []string
	running int
	most    int
	hold    chan struct{} // answers wait for it, if set
}

func receive(t *testing.T, status ...int) *receiver {
	t.Helper()
	r := &receiver{status: status, header: http.Header{}, got: make(chan happening, 100)}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	var up happening
	if err := json.NewDecoder(request.Body).Decode(&up); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	r.secrets = append(r.secrets, request.Header.Get("X-Telegram-Bot-Api-Secret-Token"))
	r.running++
	r.most = max(r.most, r.running)
	status := http.StatusOK
	if len(r.status) > 0 {
		status, r.status = r.status[0], r.status[1:]
	}
	hold := r.hold
	r.mu.Unlock()
	r.got <- up
	if hold != nil {
		<-hold
	}
	r.mu.Lock()
	r.running--
	r.mu.Unlock()
	for name := range r.header {
		w.Header().Set(name, r.header.Get(name))
	}
	w.WriteHeader(status)
}

type hookInfo struct {
	URL            string `json:"url"`
	Pending        int    `json:"pending_update_count"`
	MaxConnections int    `json:"max_connections"`
	LastError      string `json:"last_error_message"`
}

func TestWebhookDelivers(t *testing.T) {
	t.Parallel()
	w, r := start(t, simulator.Options{}), receive(t)
	aida := w.Citizen("Aida", "ky")
	aida.Send("dropped")
	must[bool](t, w, "setWebhook", params{"url": r.URL, "secret_token": "s3-cr_et", "max_connections": 7, "drop_pending_updates": true})
	sent := []int64{aida.Send("a"), aida.Send("b"), aida.Send("c")}
	for _, want := range sent {
		if up := <-r.got; up.ID != want {
			t.Errorf("update %d, want %d", up.ID, want)
		}
	}
	if err := w.AwaitHandled(t.Context()); err != nil {
		t.Fatal(err)
	}
	if info := must[hookInfo](t, w, "getWebhookInfo", nil); info != (hookInfo{URL: r.URL, MaxConnections: 7}) {
		t.Errorf("info %+v", info)
	}
	if err := w.Redeliver(sent[0]); err != nil {
		t.Fatal(err)
	}
	if up := <-r.got; up.ID != sent[0] {
		t.Errorf("redelivered %d, want %d", up.ID, sent[0])
	}
	for _, secret := range r.secrets {
		if secret != "s3-cr_et" {
			t.Errorf("secret %q", secret)
		}
	}
}

func TestWebhookRepeats(t *testing.T) {
	t.Parallel()
	r := receive(t, 500, 503, 404)
	w := start(t, simulator.Options{WebhookWait: time.Millisecond})
	must[bool](t, w, "setWebhook", params{"url": r.URL})
	aida, bakyt := w.Citizen("Aida", "ky"), w.Citizen("Bakyt", "ru")
	first := aida.Send("a")
	for range 4 {
		if up := <-r.got; up.ID != first {
			t.Errorf("update %d, want %d again", up.ID, first)
		}
	}
	if err := w.AwaitHandled(t.Context()); err != nil {
		t.Fatal(err)
	}
	if info := must[hookInfo](t, w, "getWebhookInfo", nil); info.LastError != "Wrong response from the webhook: 404 Not Found" {
		t.Errorf("info %+v", info)
	}

	// While one chat's update has to wait, another chat's passes it, and its own next one does not.
	r.mu.Lock()
	r.status = []int{503}
	r.header.Set("Retry-After", "3600")
	r.mu.Unlock()
	waits := aida.Send("waits")
	if up := <-r.got; up.ID != waits {
		t.Fatalf("update %d, want %d", up.ID, waits)
	}
	await(t, func() bool { return strings.Contains(must[hookInfo](t, w, "getWebhookInfo", nil).LastError, "503") })
	aida.Send("behind it")
	passes := bakyt.Send("passes")
	if up := <-r.got; up.ID != passes {
		t.Errorf("update %d, want %d", up.ID, passes)
	}
	await(t, func() bool { return w.Pending() == 2 })

	// Without the webhook, what was not taken is there for long polling.
	must[bool](t, w, "deleteWebhook", nil)
	if got := w.updates(t); len(got) != 2 || got[0].ID != waits {
		t.Errorf("left over: %+v", got)
	}
}

func TestWebhookConnections(t *testing.T) {
	t.Parallel()
	w, r := start(t, simulator.Options{}), receive(t)
	r.hold = make(chan struct{})
	must[bool](t, w, "setWebhook", params{"url": r.URL, "max_connections": 2})
	first := w.Crowd(10)
	for i := range int64(10) {
		w.CrowdSays(first+i, "/start", "ky")
	}
	<-r.got
	<-r.got
	close(r.hold)
	if err := w.AwaitHandled(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r.most != 2 {
		t.Errorf("%d at a time, want 2", r.most)
	}
}

func TestWebhookRefused(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	for _, test := range []struct{ url, secret, want string }{
		{"https://kabarchy.kg/hook", "not allowed!", "secret token contains unallowed characters"},
		{"http://kabarchy.kg/hook", "", "bad webhook: An HTTPS URL must be provided for webhook"},
		{"https://kabarchy.kg:9000/hook", "", "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"},
		{"nowhere", "", "invalid webhook URL specified"},
	} {
		got := w.call(t, "setWebhook", params{"url": test.url, "secret_token": test.secret})
		if got.Description != "Bad Request: "+test.want {
			t.Errorf("%s: %q, want %q", test.url, got.Description, test.want)
		}
	}
}
