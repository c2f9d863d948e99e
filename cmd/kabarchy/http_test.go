package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"kabarchy/subscriptions/redistest/pipenet"
)

func TestHandler(t *testing.T) {
	t.Parallel()
	metrics := prometheus.NewRegistry()
	promauto.With(metrics).NewCounter(prometheus.CounterOpts{Name: "kabarchy_test_total", Help: "A test's."}).Inc()
	well := &probe{name: "redis", ask: func(context.Context) error { return nil }}
	ill := &probe{name: "telegram", ask: func(context.Context) error { return errors.New("no answer") }}
	noted := &probe{name: "feeds", ask: func(context.Context) error { return nil }, note: func() string { return "source x: never read\n" }}
	tests := []struct {
		name   string
		probes readiness
		path   string
		status int
		body   string
	}{
		{"alive", readiness{ill}, "/healthz", http.StatusOK, "ok\n"},
		{"ready", readiness{well}, "/readyz", http.StatusOK, "redis: ok\n"},
		{"ready with a note", readiness{noted}, "/readyz", http.StatusOK, "feeds: ok\nsource x: never read\n"},
		{"not ready", readiness{well, ill}, "/readyz", http.StatusServiceUnavailable, "redis: ok\ntelegram: no answer\n"},
		{"metrics", nil, "/metrics", http.StatusOK, "# HELP kabarchy_test_total A test's.\n# TYPE kabarchy_test_total counter\nkabarchy_test_total 1\n"},
		{"nothing else", nil, "/debug/pprof/", http.StatusNotFound, "404 page not found\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(newHandler(tt.probes, metrics))
			defer server.Close()
			status, body := get(t, server.URL+tt.path)
			if status != tt.status || body != tt.body {
				t.Errorf("got %d %q, want %d %q", status, body, tt.status, tt.body)
			}
		})
	}
}

func TestListenOnTakenPort(t *testing.T) {
	t.Parallel()
	first, err := listen(t.Context(), "127.0.0.1:0", "--listen")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	_, err = listen(t.Context(), first.Addr().String(), "--listen")
	want := "can't listen on " + first.Addr().String() + ": bind: address already in use; is another one running? Choose another address with --listen"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// TestABodyThatNeverEndsHoldsNoConnection, whether anybody reads it or not; an answer may
// take longer than a body.
func TestABodyThatNeverEndsHoldsNoConnection(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"unread": http.NotFound,
		"read":   func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := pipenet.Serve(t, bodiesInTime(handler)).Client(t)
				body, never := io.Pipe()
				defer never.Close()
				began := time.Now()
				if answer, err := client.Post("http://pipe/", "text/plain", body); err == nil {
					answer.Body.Close()
				}
				if took := time.Since(began); took > bodyWithin+time.Second {
					t.Errorf("the connection is held for %s", took)
				}
			})
		})
	}
	t.Run("a long poll", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			client := pipenet.Serve(t, bodiesInTime(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				select {
				case <-time.After(3 * bodyWithin):
					_, _ = io.WriteString(w, "well")
				case <-r.Context().Done():
				}
			}))).Client(t)
			answer, err := client.Post("http://pipe/", "text/plain", strings.NewReader("timeout=30"))
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if said, _ := io.ReadAll(answer.Body); string(said) != "well" {
				t.Errorf("answered %q", said)
			}
		})
	})
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var text strings.Builder
	if _, err := io.Copy(&text, response.Body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, text.String()
}
