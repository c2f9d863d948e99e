package bottest

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"kabarchy/subscriptions/redistest/pipenet"
)

const (
	// PorchAddress is what Telegram is told to deliver to.
	PorchAddress = "http://127.0.0.1:8443/telegram"
	// SecretHeader carries a delivery's secret.
	SecretHeader = "X-Telegram-Bot-Api-Secret-Token"
)

// Porch is where Telegram delivers: it passes requests on to the webhooks behind it in
// turn, and notes secrets and answers. It is reached over pipes, also in a bubble.
type Porch struct {
	Client *http.Client // leads to it

	mu      sync.Mutex
	behind  []http.Handler
	turn    int
	secrets []string
	answers map[int]int // how many by status
}

// NewPorch is a porch that has no webhook behind it yet.
func NewPorch(t testing.TB) *Porch {
	p := &Porch{answers: map[int]int{}}
	p.Client = pipenet.Serve(t, p).Client(t)
	return p
}

// Put has the porch pass on to these webhooks.
func (p *Porch) Put(behind ...http.Handler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.behind = behind
}

// Behind are the webhooks that it passes on to.
func (p *Porch) Behind() []http.Handler {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.behind)
}

// Answered counts the deliveries that were answered so.
func (p *Porch) Answered(status int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.answers[status]
}

// Secrets are those that came, one a delivery.
func (p *Porch) Secrets() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.secrets)
}

// ServeHTTP takes a delivery.
func (p *Porch) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.secrets = append(p.secrets, r.Header.Get(SecretHeader))
	behind := p.behind[p.turn%len(p.behind)]
	p.turn++
	p.mu.Unlock()
	noted := &statusWriter{ResponseWriter: w}
	behind.ServeHTTP(noted, r)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers[noted.status]++
}

// Request sends a request and returns the answer's status.
func (p *Porch) Request(t testing.TB, method, secret, kind, body string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, PorchAddress, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	if secret != "" {
		r.Header.Set(SecretHeader, secret)
	}
	answer, err := p.Client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode
}

// statusWriter notes the status.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
