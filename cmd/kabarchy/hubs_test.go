package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/feeds/websub"
	"kabarchy/subscriptions/redistest"
)

// testHub is a hub with its subscribers.
type testHub struct {
	w *fixture
	// confirms is how the hub goes on once it has answered a request with 202; as a good hub does where nil.
	confirms func(asked url.Values)
	// answers is what it answers, where that is not 202.
	answers http.Handler
	lease   time.Duration

	mu     sync.Mutex
	asked  []url.Values // every request
	active map[string]url.Values
}

// newHub puts a hub at http://hub/, which each feed of the site names.
func newHub(w *fixture) *testHub {
	h := &testHub{w: w, lease: 10 * 24 * time.Hour, active: map[string]url.Values{}}
	w.net.serve(w.t, "hub", h)
	w.links.Store(new(`<http://hub/>; rel="hub", <http://site%s>; rel="self"`))
	w.config.WebSub = "http://bot/websub"
	return h
}

func (h *testHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
		http.Error(w, "what?", http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	h.asked = append(h.asked, r.PostForm)
	h.mu.Unlock()
	if h.answers != nil {
		h.answers.ServeHTTP(w, r)
		return
	}
	w.WriteHeader(http.StatusAccepted)
	if h.confirms != nil {
		go h.confirms(r.PostForm)
		return
	}
	go h.confirm(r.PostForm)
}

// confirm asks the subscriber whether it meant it, and does what it was asked.
func (h *testHub) confirm(asked url.Values) {
	status, echo := h.verify(asked, nil)
	if status != http.StatusOK || echo != "challenge" {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if asked.Get("hub.mode") == "subscribe" {
		h.active[asked.Get("hub.topic")] = asked
	} else {
		delete(h.active, asked.Get("hub.topic"))
	}
}

// verify asks the subscriber about a request of its own, with some of it otherwise.
func (h *testHub) verify(asked, otherwise url.Values) (status int, echo string) {
	q := url.Values{
		"hub.mode": asked["hub.mode"], "hub.topic": asked["hub.topic"], "hub.challenge": {"challenge"},
		"hub.lease_seconds": {strconv.Itoa(int(h.lease.Seconds()))},
	}
	for name, values := range otherwise {
		q[name] = values
	}
	return h.w.net.get(h.w.t, asked.Get("hub.callback")+"?"+q.Encode())
}

// requests are those of a mode so far.
func (h *testHub) requests(mode string) (found []url.Values) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, asked := range h.asked {
		if asked.Get("hub.mode") == mode {
			found = append(found, asked)
		}
	}
	return found
}

// subscribed is how many subscribers the hub has.
func (h *testHub) subscribed() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.active)
}

// tell sends a subscriber its news, signed by an algorithm and a secret.
func (h *testHub) tell(callback, algorithm, secret, body string) (status int) {
	h.w.t.Helper()
	r, err := http.NewRequestWithContext(h.w.t.Context(), http.MethodPost, callback, strings.NewReader(body))
	if err != nil {
		h.w.t.Error(err)
		return 0
	}
	made := map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New, "md5": sha256.New}[algorithm]
	if made != nil {
		mac := hmac.New(made, []byte(secret))
		io.WriteString(mac, body)
		r.Header.Set("X-Hub-Signature", algorithm+"="+hex.EncodeToString(mac.Sum(nil)))
	}
	resp, err := h.w.net.client.Do(r)
	if err != nil {
		h.w.t.Error(err)
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// tellAll sends all their news.
func (h *testHub) tellAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, asked := range h.active {
		go h.tell(asked.Get("hub.callback"), "sha256", asked.Get("hub.secret"), "<feed/>")
	}
}

// unsaid fails the test where a log or the metrics hold what hubs alone may know.
func (h *testHub) unsaid(a *App) {
	h.w.t.Helper()
	_, metrics := h.w.scrape(a)
	for _, asked := range h.requests("subscribe") {
		for _, secret := range []string{asked.Get("hub.secret"), asked.Get("hub.callback")[len("http://bot/websub/"):]} {
			if strings.Contains(h.w.log.String()+metrics, secret) {
				h.w.t.Error("a secret is told")
			}
		}
	}
}

// TestAHubTellsAtOnce: a source's hub is subscribed at, tells an instance that does not read the
// site, and the first phone has the item soon.
func TestAHubTellsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, redistest.Bubble(t).Client(t), simulator.Options{})
		w.config.Poll = "@every 1h"
		h := newHub(w)
		leader := w.app()
		defer w.stop(leader)
		standby := w.instance()
		defer w.stop(standby)
		w.net.alias("bot", standby.Addr())
		readers := w.subscribe(leader, 30)
		eventually(t, "subscribed", func() bool { return h.subscribed() == 3 })

		var took []time.Duration
		for number := range 4 {
			time.Sleep(time.Minute + 137*time.Millisecond*time.Duration(number))
			begun := time.Now()
			w.publish(number + 1)
			h.tellAll()
			eventually(t, "the first phone", func() bool { return w.delivered(number+1) > 0 })
			took = append(took, time.Since(begun))
		}
		slices.Sort(took)
		t.Logf("from publication to the first phone: %v at the median, of %v", took[len(took)/2], took)
		if took[len(took)/2] > 2*time.Second {
			t.Errorf("the first phone has it after %v", took)
		}
		eventually(t, "all", func() bool { return w.finished(leader, 12) })
		w.verify(1, readers, 0)
		if n := len(h.requests("subscribe")); n != 3 {
			t.Errorf("%d requests", n)
		}
		polls := w.polls(leader)
		for range 1000 / 3 {
			h.tellAll()
			time.Sleep(180 * time.Millisecond)
		}
		if n := w.polls(leader) - polls; n < 3*12 || n > 3*13 {
			t.Errorf("each of three sources is told of 333 times in a minute: %v polls", n)
		}
		w.tells(standby, map[string]float64{
			`kabarchy_hub_requests_total{answer="OK",what="subscribe"}`:  3,
			`kabarchy_hub_requests_total{answer="Accepted",what="news"}`: 3 * (4 + 333),
		})
		series, _ := w.scrape(standby)
		if until := series[`kabarchy_hub_subscription_end_timestamp_seconds{source="`+w.config.Sources[0].ID+`"}`]; until < unix(time.Now().Add(9*24*time.Hour)) {
			t.Errorf("until %v", until)
		}
		if status, says := w.net.get(t, "http://bot/websub/x"); status != http.StatusNotFound || says != "no hub was given this address\n" {
			t.Errorf("an address that no hub was given: %d %q", status, says)
		}
		h.unsaid(leader)
		list, err := websub.Subscriptions(t.Context(), w.rdb)
		if err != nil || len(list) != 3 || time.Until(list[0].Until) < 9*24*time.Hour {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// TestAHubOfAnotherSitesFeed is not asked, whatever our feed says: what it tells would be of that
// site. The doctor says what to do about it.
func TestAHubOfAnotherSitesFeed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, redistest.Bubble(t).Client(t), simulator.Options{})
		w.config.Poll = "@every 1m"
		h := newHub(w)
		w.links.Store(new(`<http://hub/>; rel="hub", <http://site.other.example%s>; rel="self"`))
		a := w.app()
		defer w.stop(a)
		w.net.alias("bot", a.Addr())
		time.Sleep(5 * time.Minute)
		if n := len(h.requests("subscribe")); n > 0 {
			t.Errorf("it was asked %d times", n)
		}
		d := &doctor{config: w.config, redis: Redis{UniversalClient: w.rdb}}
		if err := d.lookAtHubs(t.Context()); err != nil || len(d.found) != len(w.config.Sources) || d.found[0].OK ||
			!strings.Contains(d.found[0].Says, "none of its hosts") || !strings.Contains(d.found[0].Mend, "hosts of the source") {
			t.Errorf("%+v, %v", d.found, err)
		}
		w.links.Store(new(`<http://hub/>; rel="hub", <http://site%s>; rel="self"`))
		w.noise.Store(new("another document"))
		eventually(t, "its own is asked", func() bool { return h.subscribed() == len(w.config.Sources) })
	})
}
