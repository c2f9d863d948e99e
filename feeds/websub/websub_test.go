package websub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"kabarchy/feeds/fetch"
)

// TestALease is renewed before it ends, also where our answer or the hub's was lost; a short one
// no more often than is good for the hub, and a long one all the same.
func TestALease(t *testing.T) {
	t.Parallel()
	for lease, again := range map[string]time.Duration{
		"864000": 160 * time.Hour, "10": 5 * time.Minute, "315360000": 20 * 24 * time.Hour,
		"99999999999999999999999": 20 * 24 * time.Hour, "18446744073709551615": 20 * 24 * time.Hour,
	} {
		inBubble(t, func(t *testing.T, w *fixture) {
			w.after(0)
			asked := w.requests(modeSubscribe)
			if len(asked) != 1 || asked[0].Get("hub.topic") != testTopic || asked[0].Get("hub.lease_seconds") != "864000" || len(asked[0].Get("hub.secret")) != 64 {
				t.Fatalf("%v", asked)
			}
			w.granted(lease)
			w.granted(lease) // it comes twice
			w.after(again - time.Second)
			if n := len(w.requests(modeSubscribe)); n != 1 {
				t.Errorf("a lease of %s s: asked %d times too early", lease, n-1)
			}
			w.after(time.Second)
			asked = w.requests(modeSubscribe)
			if len(asked) != 2 || asked[1].Get("hub.callback") != asked[0].Get("hub.callback") {
				t.Errorf("a lease of %s s is not renewed: %v", lease, asked)
			}
			w.granted(lease)
			if sub := w.only(); sub.Failures != 0 || !sub.Until.After(time.Now()) || time.Until(sub.Until) > mostLease {
				t.Errorf("%+v", sub)
			}
		})
	}
}

// TestWhatAHubMayAsk, and what it is told no.
func TestWhatAHubMayAsk(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *fixture) {
		w.after(0)
		for _, tt := range []struct{ mode, topic, challenge, lease string }{
			{modeSubscribe, "https://other.example/", "x", "100"},
			{modeSubscribe, "", "x", "100"},
			{modeSubscribe, testTopic, "", "100"},
			{modeSubscribe, testTopic, strings.Repeat("x", challengeSize+1), "100"},
			{modeSubscribe, testTopic, "x", "0"},
			{modeSubscribe, testTopic, "x", "-5"},
			{modeSubscribe, testTopic, "x", ""},
			{modeSubscribe, testTopic, "x", "1e9"},
			{modeUnsubscribe, testTopic, "x", ""},
			{modeDenied, "https://other.example/", "", ""},
			{"publish", testTopic, "x", "100"},
			{"", testTopic, "x", "100"},
		} {
			if status, echo := w.verify(tt.mode, tt.topic, tt.challenge, tt.lease); status != http.StatusNotFound || echo != "" {
				t.Errorf("%.60v: %d %q", tt, status, echo)
			}
			if sub := w.only(); !sub.Until.IsZero() {
				t.Errorf("%v: %+v", tt, sub)
			}
		}
		known := w.callback()
		for _, tt := range []struct {
			method, address string
			want            int
		}{
			{http.MethodPut, known, http.StatusMethodNotAllowed},
			{http.MethodHead, known, http.StatusMethodNotAllowed},
			{http.MethodGet, known + "?%zz", http.StatusBadRequest},
			{http.MethodGet, known + "/?hub.mode=subscribe", http.StatusNotFound},
			{http.MethodGet, known[:len(known)-1] + "g?hub.mode=denied", http.StatusNotFound},
			{http.MethodPost, known[:len(known)-32], http.StatusNotFound},
			{http.MethodPost, testAddress + "/", http.StatusNotFound},
			{http.MethodPost, strings.Replace(known, "/websub/", "/websub/x/", 1), http.StatusNotFound},
		} {
			rec := httptest.NewRecorder()
			w.Subscriber.ServeHTTP(rec, httptest.NewRequest(tt.method, tt.address, nil))
			if rec.Code != tt.want {
				t.Errorf("%s %s: %d, want %d", tt.method, tt.address, rec.Code, tt.want)
			}
		}
		time.Sleep(confirmedWithin + time.Second) // the leader hangs, and nobody asks again
		if status, _ := w.verify(modeSubscribe, testTopic, "x", "100"); status != http.StatusNotFound {
			t.Errorf("a day late: %d", status)
		}
		w.after(0)
		w.granted("100")
	})
}

// TestAHubSaysNo, at once or later, and is asked again as often as is polite.
func TestAHubSaysNo(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *fixture) {
		w.after(0)
		w.granted("864000")
		asked := w.requests("")[0]
		why := "bad \x1b[31m callback " + asked.Get("hub.callback") + " and " + asked.Get("hub.secret") + strings.Repeat(" so long", 50)
		if status, echo := w.verify(modeDenied, testTopic, why, ""); status != http.StatusOK || echo != "" {
			t.Errorf("denied: %d %q", status, echo)
		}
		sub := w.only()
		if !sub.Until.IsZero() || !strings.HasPrefix(sub.Refused, "it denies it: bad") || len(sub.Refused) > 200 || strings.ContainsRune(sub.Refused, '\x1b') {
			t.Errorf("%+v", sub)
		}
		if strings.Contains(sub.Refused, asked.Get("hub.secret")[:16]) || strings.Contains(sub.Refused, asked.Get("hub.callback")[len(asked.Get("hub.callback"))-16:]) {
			t.Errorf("a secret is kept: %q", sub.Refused)
		}
		w.after(longPause - time.Second)
		if n := len(w.requests("")); n != 1 {
			t.Errorf("asked %d times", n)
		}
		w.after(time.Second)
		w.granted("864000")
		if sub := w.only(); sub.Refused != "" {
			t.Errorf("%+v", sub)
		}
	})
	for _, tt := range []struct {
		status int
		header []string
		asked  int // in the first 63 minutes, each minute of which is looked what is due
	}{
		{http.StatusGone, nil, 2}, {http.StatusForbidden, nil, 2}, {http.StatusFound, []string{"Location", testHub}, 2},
		{http.StatusInternalServerError, nil, 7}, {http.StatusTooManyRequests, []string{"Retry-After", "3000"}, 2},
		{http.StatusServiceUnavailable, []string{"Retry-After", "999999999"}, 1},
		{http.StatusTemporaryRedirect, []string{"Location", testHub}, 7 * 6}, // it turns in a circle
		{http.StatusTemporaryRedirect, []string{"Location", "ftp://hub/"}, 7},
		{http.StatusAccepted, nil, 7}, // it never confirms
	} {
		inBubble(t, func(t *testing.T, w *fixture) {
			w.answer(tt.status, tt.header...)
			for range 64 {
				w.after(time.Minute)
			}
			if n, sub := len(w.requests("")), w.only(); n != tt.asked || !sub.Until.IsZero() || (sub.Refused == "") != (tt.status == http.StatusAccepted) || sub.Silent() != (tt.status == http.StatusAccepted) {
				t.Errorf("%d: asked %d times, want %d; %+v", tt.status, n, tt.asked, sub)
			}
		})
	}
}

// TestAHubThatMoved is followed, and its answer counts.
func TestAHubThatMoved(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *fixture) {
		w.answers = func(rw http.ResponseWriter, r *http.Request) {
			if r.Host == "hub" {
				http.Redirect(rw, r, "http://new.example/there", http.StatusPermanentRedirect)
				return
			}
			rw.WriteHeader(http.StatusAccepted)
		}
		w.after(0)
		asked := w.requests(modeSubscribe)
		if len(asked) != 2 || asked[0].Encode() != asked[1].Encode() {
			t.Errorf("%v", asked)
		}
		w.granted("864000")
	})
}

// TestNoHubOfOurOwnNetwork is asked, whatever a feed names.
func TestNoHubOfOurOwnNetwork(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *fixture) {
		w.client = fetch.New(fetch.Options{Timeout: time.Second})
		for _, hub := range []string{"http://127.0.0.1:6379/", "http://169.254.169.254/latest/", "http://[::1]:1/", "http://10.0.0.1/"} {
			w.offers["news-ky"] = Offer{[]string{hub}, testTopic}
			w.rdb.Del(t.Context(), keyHubs)
			w.after(0)
			if sub := w.only(); !strings.Contains(sub.Refused, fetch.ErrForbidden.Error()) {
				t.Errorf("%s: %+v", hub, sub)
			}
		}
	})
}

// TestAHubThatHangs holds up no other for longer than it may take.
func TestAHubThatHangs(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *fixture) {
		w.answers = func(rw http.ResponseWriter, r *http.Request) {
			if r.Host == "hub" {
				<-r.Context().Done()
			}
			rw.WriteHeader(http.StatusAccepted)
		}
		w.offers["news-ru"] = Offer{[]string{"http://other.example/"}, testTopic}
		begun := time.Now()
		w.after(0)
		list, err := Subscriptions(t.Context(), w.rdb)
		if took := time.Since(begun); took > patience || err != nil || len(list) != 2 || list[0].Refused == "" || list[1].Refused != "" {
			t.Errorf("after %v: %+v, %v", took, list, err)
		}
	})
}

// TestASourceDropsItsHub, for a moment, for good, or is itself dropped.
func TestASourceDropsItsHub(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *fixture) {
		w.after(0)
		w.granted("864000")
		secret := w.requests("")[0].Get("hub.secret")
		offer := w.offers["news-ky"]
		w.offers["news-ky"] = Offer{}
		w.after(time.Minute)
		w.offers["news-ky"] = offer
		w.after(unofferedFor)
		w.offers["news-ky"] = Offer{}
		w.after(time.Minute)
		w.after(unofferedFor - time.Second)
		if n := len(w.requests("")); n != 1 {
			t.Fatalf("%d requests", n)
		}
		w.after(time.Second)
		if left := w.requests(modeUnsubscribe); len(left) != 1 || left[0].Get("hub.topic") != testTopic || left[0].Has("hub.secret") {
			t.Fatalf("%v", left)
		}
		if status := w.tell(w.callback(), "sha256", secret, strings.NewReader("x")); status != http.StatusGone || len(w.told) > 0 {
			t.Errorf("news of what is left: %d", status)
		}
		if status, _ := w.verify(modeSubscribe, testTopic, "x", "100"); status != http.StatusNotFound {
			t.Errorf("what is left is confirmed: %d", status)
		}
		w.offers["news-ky"] = offer // just then it is there again
		w.after(0)
		w.granted("864000")
		delete(w.offers, "news-ky") // its source is taken out of the configuration
		w.after(0)
		if status, echo := w.verify(modeUnsubscribe, testTopic, "y", ""); status != http.StatusOK || echo != "y" || w.count() != 0 {
			t.Errorf("%d %q, %d are left", status, echo, w.count())
		}
		if status := w.tell(w.callback(), "sha256", secret, strings.NewReader("x")); status != http.StatusGone {
			t.Errorf("news of what is over: %d", status)
		}
		if status, _ := w.verify(modeUnsubscribe, testTopic, "y", ""); status != http.StatusNotFound {
			t.Errorf("what is over is ended: %d", status)
		}
		// A hub that does not care.
		w.offers["news-ky"] = offer
		w.after(0)
		w.granted("864000")
		delete(w.offers, "news-ky")
		for range 10 {
			w.after(time.Minute)
		}
		if n := len(w.requests(modeUnsubscribe)); n != 2+leaveTries || w.count() != 0 {
			t.Errorf("%d requests, %d are left", n, w.count())
		}
	})
}

// TestAFeedThatNamesAnotherHubEachTime makes us ask few of them.
func TestAFeedThatNamesAnotherHubEachTime(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *fixture) {
		for i := range 120 {
			w.offers["news-ky"] = Offer{[]string{fmt.Sprintf("http://hub-%d/", i)}, testTopic}
			w.after(30 * time.Second)
		}
		if n := len(w.requests("")); n > mostOfSource || w.count() > mostOfSource {
			t.Errorf("%d requests, %d subscriptions", n, w.count())
		}
	})
}

// TestTwoInstances ask a hub once; and one that is killed when it is about to ask is followed by
// one that asks again in time.
func TestTwoInstances(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *fixture) {
		other := w.instance(testAddress)
		var both sync.WaitGroup
		for _, s := range []*Subscriber{w.Subscriber, other} {
			both.Go(func() {
				if err := s.pass(t.Context()); err != nil && !errors.Is(err, errChanged) {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if n := len(w.requests("")); n != 1 || w.count() != 1 {
			t.Errorf("%d requests, %d subscriptions", n, w.count())
		}
		w.granted("864000")
		w.rdb.Del(t.Context(), keyHubs)
		killed, kill := context.WithCancel(t.Context())
		w.answers = func(http.ResponseWriter, *http.Request) { kill(); <-t.Context().Done() }
		if err := w.pass(killed); err != nil {
			t.Error(err)
		}
		w.mu.Lock()
		w.answers = nil
		w.mu.Unlock()
		if err := other.pass(t.Context()); err != nil || len(w.requests("")) != 2 {
			t.Errorf("%v, %d requests: the other one does not wait", err, len(w.requests("")))
		}
		time.Sleep(firstPause)
		if err := other.pass(t.Context()); err != nil || len(w.requests("")) != 3 {
			t.Errorf("%v, %d requests: the other one does not ask", err, len(w.requests("")))
		}
		w.granted("864000")
	})
}

// TestAnotherAddress, or another token: hubs are asked anew, and who has the old address is told nothing.
func TestAnotherAddress(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *fixture) {
		w.after(0)
		w.granted("864000")
		old := w.requests("")[0]
		w.Key = "another secret"
		w.after(0)
		if len(w.requests(modeSubscribe)) != 2 || w.count() != 1 || w.callback() == old.Get("hub.callback") {
			t.Fatalf("%v, %d subscriptions", w.requests(""), w.count())
		}
		if status := w.tell(old.Get("hub.callback"), "sha256", old.Get("hub.secret"), strings.NewReader("x")); status != http.StatusNotFound {
			t.Errorf("%d", status)
		}
		w.granted("864000")
	})
}

// TestWhoseNewsIsBelieved: who knows address and secret, by each of the recommendation's
// algorithms; and nothing of a body that has no end is kept.
func TestWhoseNewsIsBelieved(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *fixture) {
		w.after(0)
		at, secret := w.callback(), w.requests("")[0].Get("hub.secret")
		for _, tt := range []struct {
			algorithm, secret string
			body              io.Reader
			want              int
		}{
			{"sha1", secret, strings.NewReader("x"), http.StatusAccepted}, // it tells before it has confirmed
			{"sha256", secret, strings.NewReader("x"), http.StatusAccepted},
			{"sha256", secret, strings.NewReader("x"), http.StatusAccepted}, // once more the same
			{"sha384", secret, strings.NewReader("x"), http.StatusAccepted},
			{"sha512", secret, strings.NewReader(strings.Repeat("x", bodySize)), http.StatusAccepted},
			{"sha512", secret, strings.NewReader(strings.Repeat("x", bodySize+1)), http.StatusRequestEntityTooLarge},
			{"sha256", "guessed", strings.NewReader("x"), http.StatusUnauthorized},
			{"", "", strings.NewReader("x"), http.StatusUnauthorized},
			{"md5=" + strings.Repeat("0", 32), "", strings.NewReader("x"), http.StatusUnauthorized},
			{"sha256=", "", strings.NewReader("x"), http.StatusUnauthorized},
			{"sha256=xyz", "", strings.NewReader("x"), http.StatusUnauthorized},
			{"sha256", "", strings.NewReader("x"), http.StatusUnauthorized},
		} {
			before := len(w.told)
			if status := w.tell(at, tt.algorithm, tt.secret, tt.body); status != tt.want || (len(w.told) > before) != (tt.want == http.StatusAccepted) {
				t.Errorf("%s: %d, want %d; told of %d", tt.algorithm, status, tt.want, len(w.told)-before)
			}
		}
		if lines := strings.Count(w.log.String(), "not signed"); lines > 3 {
			t.Errorf("%d lines in the log for six", lines)
		}
		w.Subscriber.News = func(context.Context, string) error { return errors.New("redis is away") }
		if status := w.tell(at, "sha256", secret, strings.NewReader("x")); status != http.StatusServiceUnavailable {
			t.Errorf("without Redis: %d", status)
		}
	})
}

// TestAHubConfirmsBeforeItAnswers, and then answers that it failed: what it confirmed counts.
func TestAHubConfirmsBeforeItAnswers(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *fixture) {
		w.answers = func(rw http.ResponseWriter, _ *http.Request) {
			w.granted("864000")
			rw.WriteHeader(http.StatusInternalServerError)
		}
		w.after(0)
		if sub := w.only(); sub.Until.IsZero() || sub.Refused != "" || sub.Silent() {
			t.Errorf("%+v", sub)
		}
	})
}
