package websub

import (
	"bytes"
	"context"
	"crypto/hmac"
	"encoding/hex"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds/fetch"
	"kabarchy/subscriptions/redistest"
	"kabarchy/subscriptions/redistest/pipenet"
)

const (
	testAddress = "https://bot.example.kg/websub"
	testHub     = "http://hub/"
	testTopic   = "https://site.example/rss?a=1&b=2"
)

// fixture is what a subscriber meets: one source, with what it offers, and a hub.
type fixture struct {
	*Subscriber
	t      *testing.T
	rdb    redis.UniversalClient
	hub    *pipenet.Listener
	offers map[string]Offer
	told   []string // the sources of which the subscriber said that they have news
	log    *lockedLog

	mu      sync.Mutex
	asked   []url.Values
	answers func(w http.ResponseWriter, r *http.Request) // 202 where nil
}

// lockedLog is a log that several write.
type lockedLog struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

// inBubble runs a test in virtual time. At its end neither log nor Redis may hold what hubs alone know.
func inBubble(t *testing.T, f func(t *testing.T, w *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &fixture{t: t, rdb: redistest.Bubble(t).Client(t), log: &lockedLog{}, offers: map[string]Offer{"news-ky": {[]string{testHub}, testTopic}}}
		w.hub = pipenet.Serve(t, w)
		w.Subscriber = w.instance(testAddress)
		f(t, w)
		kept, err := w.rdb.HGetAll(context.Background(), keyHubs).Result()
		if err != nil {
			t.Error(err)
		}
		text := w.log.String()
		for id, value := range kept {
			text += id + value
		}
		for _, asked := range w.requests("") {
			for _, secret := range []string{asked.Get("hub.secret"), strings.TrimPrefix(asked.Get("hub.callback"), testAddress)} {
				if secret != "" && strings.Contains(text, secret) {
					t.Errorf("a secret is in the log or in Redis:\n%s", text)
				}
			}
		}
	})
}

// instance makes a subscriber of its own.
func (w *fixture) instance(address string) *Subscriber {
	s := New(Options{
		Redis: w.rdb, Address: address, Key: "a secret", Log: slog.New(slog.NewTextHandler(w.log, nil)),
		Fetching: fetch.Options{UserAgent: "Kabarchy", Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			return w.hub.Dial(ctx, network, address)
		}},
		Offers: func(context.Context) (map[string]Offer, error) { return w.offers, nil },
		News: func(_ context.Context, source string) error {
			w.told = append(w.told, source)
			return nil
		},
	})
	w.t.Cleanup(s.client.Close)
	return s
}

// ServeHTTP is the hub.
func (w *fixture) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	w.mu.Lock()
	w.asked = append(w.asked, form)
	answers := w.answers
	w.mu.Unlock()
	if answers != nil {
		answers(rw, r)
		return
	}
	rw.WriteHeader(http.StatusAccepted)
}

// answer lets the hub answer with a status, and a header.
func (w *fixture) answer(status int, header ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers = func(rw http.ResponseWriter, r *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			rw.Header().Set(header[i], header[i+1])
		}
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, "no: "+r.PostForm.Encode())
	}
}

// requests are what the hub was asked so far, of a mode or of all.
func (w *fixture) requests(mode string) (found []url.Values) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, asked := range w.asked {
		if mode == "" || asked.Get("hub.mode") == mode {
			found = append(found, asked)
		}
	}
	return found
}

// after lets time go by, and then does what is due.
func (w *fixture) after(d time.Duration) {
	w.t.Helper()
	time.Sleep(d)
	if err := w.pass(w.t.Context()); err != nil {
		w.t.Error(err)
	}
}

// only returns the one subscription that there is.
func (w *fixture) only() Subscription {
	w.t.Helper()
	list, err := Subscriptions(w.t.Context(), w.rdb)
	if err != nil || len(list) != 1 {
		w.t.Fatalf("%+v, %v", list, err)
	}
	return list[0]
}

// count is how many subscriptions there are.
func (w *fixture) count() int {
	w.t.Helper()
	list, err := Subscriptions(w.t.Context(), w.rdb)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(list)
}

// callback is where the hub was last told to call.
func (w *fixture) callback() string {
	asked := w.requests("")
	return asked[len(asked)-1].Get("hub.callback")
}

// verify has the hub ask, by names and values.
func (w *fixture) verify(mode, topic, challenge, lease string) (status int, echo string) {
	q := url.Values{"hub.mode": {mode}, "hub.topic": {topic}, "hub.challenge": {challenge}, "hub.lease_seconds": {lease}, "hub.reason": {challenge}}
	r := httptest.NewRequest(http.MethodGet, w.callback()+"?"+q.Encode(), nil)
	rec := httptest.NewRecorder()
	w.Subscriber.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

// granted has the hub grant a lease.
func (w *fixture) granted(lease string) {
	w.t.Helper()
	if status, echo := w.verify(modeSubscribe, testTopic, "challenge", lease); status != http.StatusOK || echo != "challenge" {
		w.t.Fatalf("%d %q", status, echo)
	}
}

// tell has the hub send its news, and returns what it is answered.
func (w *fixture) tell(address, algorithm, secret string, body io.Reader) int {
	text, _ := io.ReadAll(body)
	r := httptest.NewRequest(http.MethodPost, address, bytes.NewReader(text))
	if made := algorithms[algorithm]; made != nil {
		mac := hmac.New(made, []byte(secret))
		mac.Write(text)
		r.Header.Set("X-Hub-Signature", algorithm+"="+hex.EncodeToString(mac.Sum(nil)))
	} else if algorithm != "" {
		r.Header.Set("X-Hub-Signature", algorithm)
	}
	rec := httptest.NewRecorder()
	w.Subscriber.ServeHTTP(rec, r)
	return rec.Code
}
