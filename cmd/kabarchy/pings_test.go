package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"kabarchy/bot/bottest"
	"kabarchy/bot/simulator"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/subscriptions/redistest"
)

const testPing = "0123456789abcdef0123456789abcdef"

// ping says to an instance that something has news, and returns what it answers.
func (w *fixture) ping(a *App, method, path, secret, body string) int {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, "http://"+a.Addr()+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	mac := hmac.New(sha256.New, []byte(secret))
	io.WriteString(mac, body)
	r.Header.Set(pingSignature, "sha256="+hex.EncodeToString(mac.Sum(nil)))
	resp, err := w.net.client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// TestAPingBringsNewsAtOnce, said to an instance that does not read the site; and whoever pings a
// thousand times in a minute has it read thirteen times.
func TestAPingBringsNewsAtOnce(t *testing.T) {
	t.Parallel()
	onPings(t, func(t *testing.T, w *fixture) {
		leader := w.app()
		defer w.stop(leader)
		standby := w.instance()
		defer w.stop(standby)
		readers := w.subscribe(leader, 30)

		begun := time.Now()
		w.publish(1)
		for _, source := range w.config.Sources {
			if status := w.ping(standby, http.MethodPost, "/ping/"+source.ID, testPing, "{}"); status != http.StatusAccepted {
				t.Fatalf("ping: %d", status)
			}
		}
		eventually(t, "the first phone", func() bool { return w.delivered(1) > 0 })
		t.Logf("from the ping to the first phone: %v", time.Since(begun))
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("the first phone has it after %v", took)
		}
		eventually(t, "all", func() bool { return w.finished(leader, 3) })
		w.verify(1, readers, 0)

		polls := w.polls(leader)
		for range 1000 {
			w.ping(leader, http.MethodPost, "/ping/"+w.config.Sources[0].ID, testPing, "")
			time.Sleep(60 * time.Millisecond)
		}
		if n := w.polls(leader) - polls; n < 12 || n > 13 {
			t.Errorf("a thousand pings in a minute: %v polls", n)
		}
	})
}

// polls is how often an instance has polled the sources.
func (w *fixture) polls(a *App) (n float64) {
	series, _ := w.scrape(a)
	for name, value := range series {
		if strings.HasPrefix(name, "kabarchy_feeds_polls_total{") {
			n += value
		}
	}
	return n
}

// onPings runs a test where news comes by pings, as the clock is slow, and time is virtual.
func onPings(t *testing.T, test func(*testing.T, *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, redistest.Bubble(t).Client(t), simulator.Options{})
		w.config.Poll = "@every 1h"
		w.pingSecret = testPing
		test(t, w)
	})
}

// TestAPingBeforeItsFeed comes while the site still shows its old feed: it is looked at once more.
func TestAPingBeforeItsFeed(t *testing.T) {
	t.Parallel()
	onPings(t, func(t *testing.T, w *fixture) {
		a := w.app()
		defer w.stop(a)
		w.subscribe(a, 3)
		polls := w.polls(a)
		w.ping(a, http.MethodPost, "/ping/"+w.config.Sources[0].ID, testPing, "")
		time.Sleep(2 * time.Second)
		w.publish(1)
		time.Sleep(time.Minute)
		if n := w.polls(a) - polls; n != 2 || w.delivered(1) != 1 {
			t.Errorf("%v polls, %d messages", n, w.delivered(1))
		}
	})
}

// TestAPingOfASiteThatFails waits for as long as the site is given, and is not forgotten; and
// whoever pings it without end has it asked once a minute.
func TestAPingOfASiteThatFails(t *testing.T) {
	t.Parallel()
	onPings(t, func(t *testing.T, w *fixture) {
		a := w.app()
		defer w.stop(a)
		w.subscribe(a, 3)
		ping := func() { w.ping(a, http.MethodPost, "/ping/"+w.config.Sources[0].ID, testPing, "") }
		w.broken.Store(true)
		ping()
		time.Sleep(20 * time.Second)
		polls := w.polls(a)
		for range 100 {
			ping()
			time.Sleep(3 * time.Second)
		}
		if n := w.polls(a) - polls; n < 4 || n > 6 {
			t.Errorf("a site that fails is polled %v times in five minutes", n)
		}
		w.broken.Store(false)
		w.publish(1)
		ping()
		begun := time.Now()
		eventually(t, "the first phone", func() bool { return w.delivered(1) > 0 })
		if took := time.Since(begun); took > time.Minute+2*time.Second {
			t.Errorf("a site that is back waits %v", took)
		}
	})
}

// TestAPingWhileNobodyLeads is not lost: who leads next reads every source. And who leads no
// more, and does not know it, takes nothing.
func TestAPingWhileNobodyLeads(t *testing.T) {
	t.Parallel()
	onPings(t, func(t *testing.T, w *fixture) {
		leader := w.app()
		standby := w.instance()
		defer w.stop(standby)
		w.subscribe(leader, 3)
		synctest.Wait()
		former := newPings(w.rdb, leader.lease.Value, leader.Poller.Ping, leader.options.Log)
		w.stop(leader)
		w.publish(1)
		begun := time.Now()
		w.ping(standby, http.MethodPost, "/ping/"+w.config.Sources[0].ID, testPing, "")
		if err := former.pass(t.Context()); err != nil || w.rdb.HLen(t.Context(), keyPings).Val() != 1 {
			t.Errorf("the former leader took what was said: %v", err)
		}
		eventually(t, "the first phone", func() bool { return w.delivered(1) > 0 })
		if took := time.Since(begun); took > 3*time.Second {
			t.Errorf("the first phone has it after %v", took)
		}
		eventually(t, "it is taken", func() bool { return w.rdb.HLen(t.Context(), keyPings).Val() == 0 })
	})
}

// TestAFloodOfForgedPings writes no line and no key, and what can't be a signature has no body read.
func TestAFloodOfForgedPings(t *testing.T) {
	t.Parallel()
	log := &bottest.Log{}
	door := (&pingDoor{
		secret: testPing, sources: []config.Source{{ID: "s"}}, log: slog.New(slog.NewTextHandler(log, nil)),
		note: func(context.Context, string) error { t.Error("a forged ping counts"); return nil },
	}).register(prometheus.NewRegistry())
	for i, signature := range []string{"", "sha256=", "sha256=zz", "sha1=00", "sha256=" + strings.Repeat("00", 31), "sha256=" + strings.Repeat("00", 32)} {
		body := &readBytes{left: pingSize}
		r := httptest.NewRequest(http.MethodPost, "/ping/s", body)
		r.Header.Set(pingSignature, signature)
		rec := httptest.NewRecorder()
		door.ServeHTTP(rec, r)
		if rec.Code != http.StatusUnauthorized || (body.left < pingSize) != (i == 5) {
			t.Errorf("%q: %d, %d bytes are left", signature, rec.Code, body.left)
		}
	}
	if log.String() != "" {
		t.Errorf("logged: %s", log)
	}
}

// readBytes are so many bytes that are read.
type readBytes struct{ left int }

func (r *readBytes) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), r.left)
	r.left -= n
	return n, nil
}

// TestWhoMayPing: nobody without the secret learns even what is configured.
func TestWhoMayPing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, redistest.Bubble(t).Client(t), simulator.Options{})
		silent := w.app()
		known := "/ping/" + w.config.Sources[0].ID
		if status := w.ping(silent, http.MethodPost, known, "", ""); status != http.StatusNotFound {
			t.Errorf("without a secret, pings are answered: %d", status)
		}
		w.stop(silent)
		w.pingSecret = testPing
		a := w.app()
		defer w.stop(a)
		for _, tt := range []struct {
			method, path, secret, body string
			want                       int
		}{
			{http.MethodPost, known, testPing, "", http.StatusAccepted},
			{http.MethodPost, known + "?x=1", testPing, strings.Repeat("x", pingSize), http.StatusAccepted},
			{http.MethodGet, known, testPing, "", http.StatusMethodNotAllowed},
			{http.MethodHead, known, testPing, "", http.StatusMethodNotAllowed},
			{http.MethodPost, known, testPing, "", http.StatusAccepted}, // once more the same
			{http.MethodPost, "/ping/%73ample-ky", testPing, "", http.StatusAccepted},
			{http.MethodPost, "/ping/sample-ky%00", testPing, "", http.StatusNotFound},
			{http.MethodPost, "/ping/%2e%2e/metrics", testPing, "", http.StatusNotFound},
			{http.MethodPost, "/ping/sample-ky%2f", testPing, "", http.StatusNotFound},
			{http.MethodPost, "//ping/sample-ky", testPing, "", http.StatusNotFound},
			{http.MethodPost, known, "", "", http.StatusUnauthorized},
			{http.MethodPost, known, testPing + "0", "", http.StatusUnauthorized},
			{http.MethodPost, "/ping/nobody", "", "", http.StatusUnauthorized},
			{http.MethodPost, "/ping/nobody", testPing, "", http.StatusNotFound},
			{http.MethodPost, "/ping/", testPing, "", http.StatusNotFound},
			{http.MethodPost, known + "/", testPing, "", http.StatusNotFound},
			{http.MethodPost, known, testPing, strings.Repeat("x", pingSize+1), http.StatusRequestEntityTooLarge},
		} {
			if got := w.ping(a, tt.method, tt.path, tt.secret, tt.body); got != tt.want {
				t.Errorf("%s %s with %q and %d bytes: %d, want %d", tt.method, tt.path, tt.secret, len(tt.body), got, tt.want)
			}
		}
	})
}
