package main

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/bottest"
	"kabarchy/bot/broadcast"
	"kabarchy/bot/simulator"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/cmd/kabarchy/sample"
	"kabarchy/subscriptions/redistest"
)

// fixture is all that the service meets: the ministry's site, Telegram with its people,
// Redis. The service itself comes and goes in it.
type fixture struct {
	t        *testing.T
	site     *sample.Site
	telegram *simulator.Server
	config   *config.Config
	endpoint string
	rdb      redis.UniversalClient
	net      *pipes
	log      *bottest.Log
	// pingSecret is that of the instances to come; without it no site says that it has news.
	pingSecret config.Secret

	// links is the header of that name with which the site answers, with %s for the path; none
	// where nil.
	links atomic.Pointer[string]
	// noise is put behind the feeds: the document changes, and its content does not.
	noise atomic.Pointer[string]
	// broken lets the site fail.
	broken atomic.Bool
	// shift is how far Telegram's clock is ahead of this machine's, where that is another.
	shift atomic.Int64
}

// newFixture builds it around a Redis. In a bubble time is virtual there.
func newFixture(t *testing.T, rdb redis.UniversalClient, telegram simulator.Options) *fixture {
	t.Helper()
	w := &fixture{t: t, rdb: rdb, net: newPipes(t), log: &bottest.Log{}}
	var err error
	if w.site, err = sample.NewSite(time.Now); err != nil {
		t.Fatal(err)
	}
	if w.config, err = demoConfig(w.net.serve(t, "site", w.noisy(w.site.Handler()))); err != nil {
		t.Fatal(err)
	}
	w.config.Poll = "@every 1s"
	telegram.Key, telegram.WebhookClient = w.title, w.net.client
	w.telegram = simulator.New(telegram)
	w.endpoint = w.net.serve(t, "telegram", w.dated(w.telegram.Handler()))
	t.Cleanup(func() { _ = w.telegram.Close(deadline(t, wait)) }) // a webhook may be set
	t.Cleanup(func() {
		if _, secret, _ := strings.Cut(w.telegram.Token(), ":"); strings.Contains(w.log.String(), secret) {
			t.Error("the token is in the log")
		}
	})
	return w
}

// dated has Telegram date its answers by its own clock.
func (w *fixture) dated(telegram http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if shift := w.shift.Load(); shift != 0 {
			rw.Header().Set("Date", time.Now().Add(time.Duration(shift)).UTC().Format(http.TimeFormat))
		}
		telegram.ServeHTTP(rw, r)
	})
}

// noisy puts the noise behind what is a feed.
func (w *fixture) noisy(site http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.broken.Load() {
			http.Error(rw, "out of order", http.StatusInternalServerError)
			return
		}
		if links := w.links.Load(); links != nil {
			rw.Header().Set("Link", strings.ReplaceAll(*links, "%s", r.URL.Path))
		}
		noise := w.noise.Load()
		if noise == nil || !strings.HasSuffix(r.URL.Path, "/rss") {
			site.ServeHTTP(rw, r)
			return
		}
		r.Header.Del("If-None-Match")
		recorded := httptest.NewRecorder()
		site.ServeHTTP(recorded, r)
		rw.Header().Set("Content-Type", recorded.Header().Get("Content-Type"))
		fmt.Fprintf(rw, "%s\n<!-- %s -->\n", recorded.Body, *noise)
	})
}

// title is the key by which the simulator counts: the title of the sample item, with
// its language, that a message brings; "" for all other messages.
func (w *fixture) title(text string) string {
	for _, entry := range w.site.Entries() {
		for language, edition := range entry.Editions {
			if strings.Contains(text, opening(edition.Title)) {
				return key(entry.Number, language)
			}
		}
	}
	return ""
}

func key(number int, language string) string { return fmt.Sprintf("%d-%s", number, language) }

// instance starts a service, with a connection of its own to Redis.
func (w *fixture) instance() *App {
	w.t.Helper()
	return w.instanceOn(Redis{UniversalClient: redistest.Again(w.t, w.rdb), Where: "the test's Redis"})
}

// instanceOn starts a service on another Redis than the fixture's.
func (w *fixture) instanceOn(rdb Redis) *App {
	w.t.Helper()
	a := w.fresh(rdb)
	if err := a.Start(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if w.t.Failed() { // else the test has stopped it
			_ = a.Stop(deadline(w.t, wait))
		}
	})
	return a
}

// fresh makes a service that is not started.
func (w *fixture) fresh(rdb Redis) *App {
	w.t.Helper()
	a, err := NewApp(w.t.Context(), AppOptions{
		Config: w.config, Token: config.Secret(w.telegram.Token()), PingSecret: w.pingSecret, Endpoint: w.endpoint,
		Redis: rdb, Grace: time.Second,
		HTTP: w.net.client, Dial: w.net.dial, Listen: w.net.listen,
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// app starts a service that becomes the leader, and waits until it has read the site.
func (w *fixture) app() *App {
	w.t.Helper()
	a := w.instance()
	if err := a.AwaitPolls(deadline(w.t, wait)); err != nil {
		w.t.Fatalf("the sources were not polled: %v\n%s", err, w.log)
	}
	return a
}

// stop ends a service in order.
func (w *fixture) stop(a *App) {
	w.t.Helper()
	if err := a.Stop(deadline(w.t, wait)); err != nil {
		w.t.Errorf("stop: %v", err)
	}
}

// publish puts a draft on the site, where the service's next poll finds it.
func (w *fixture) publish(number int) {
	w.t.Helper()
	if _, err := w.site.Publish(number); err != nil {
		w.t.Fatal(err)
	}
}

// subscribe lets a crowd subscribe, a third each in Kyrgyz, Russian and English, and
// returns who is to get which edition.
func (w *fixture) subscribe(a *App, n int) map[string][]int64 {
	w.t.Helper()
	languages := []string{"ky", "ru", "en"}
	first, err := w.telegram.CrowdJoin(deadline(w.t, wait), n, languages...)
	if err != nil {
		w.t.Fatal(err)
	}
	eventually(w.t, "all have subscribed", func() bool {
		if w.telegram.Stats().Pending > 0 {
			return false
		}
		counts, err := a.Store.Count(w.t.Context())
		return err == nil && counts.Total == n
	})
	readers := map[string][]int64{}
	for i := range int64(n) {
		language := languages[i%3]
		readers[language] = append(readers[language], first+i)
	}
	return readers
}

// delivered counts the messages with an item in any language.
func (w *fixture) delivered(number int) (messages int) {
	for _, language := range []string{"ky", "ru", "en"} {
		for _, n := range w.telegram.Deliveries(key(number, language)) {
			messages += n
		}
	}
	return messages
}

// finished reports whether the items' broadcasts are over, in so many editions. A digest is none.
func (w *fixture) finished(a *App, editions int) bool {
	progress, err := a.Engine.Progress(w.t.Context())
	over := 0
	for _, p := range progress {
		if p.Kind != broadcast.Digest && !p.FinishedAt.IsZero() {
			over++
		}
	}
	return err == nil && over >= editions
}

// verify fails the test unless every reader has the item once in the right language,
// but for so many duplicates.
func (w *fixture) verify(number int, readers map[string][]int64, duplicates int) {
	w.t.Helper()
	again := 0
	for language, chats := range readers {
		got := w.telegram.Deliveries(key(number, language))
		for _, chat := range chats {
			switch n := got[chat]; {
			case n == 0:
				w.t.Errorf("item %d, %s: chat %d never got it", number, language, chat)
			case n > 1:
				again += n - 1
			}
			delete(got, chat)
		}
		if len(got) > 0 {
			w.t.Errorf("item %d, %s: chats %v got it and had not asked for that", number, language, slices.Collect(maps.Keys(got)))
		}
	}
	w.t.Logf("item %d: %d messages came twice", number, again)
	if again > duplicates {
		w.t.Errorf("item %d: %d messages came twice, at most %d may", number, again, duplicates)
	}
}

func TestEverySubscriberGetsEachItemOnce(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		w := newFixture(t, rdb, simulator.Options{})
		w.config.Telegram.MessagesPerSecond = 1000
		a := w.app()
		defer w.stop(a)
		readers := w.subscribe(a, 60)
		if status, body := w.net.get(t, "http://"+a.Addr()+"/readyz"); status != http.StatusOK {
			t.Errorf("readyz: %d %s", status, body)
		}
		if progress, err := a.Engine.Progress(t.Context()); err != nil || len(progress) > 0 {
			t.Errorf("what was on the site before the first poll is broadcast: %+v, %v", progress, err)
		}

		w.publish(1)
		eventually(t, "the first item is out", func() bool { return w.finished(a, 3) })
		w.verify(1, readers, 0)

		w.publish(2)
		eventually(t, "the second item is out", func() bool { return w.finished(a, 6) })
		w.verify(2, readers, 0)
		w.verify(1, readers, 0)
		if status, body := w.net.get(t, "http://"+a.Addr()+"/metrics"); status != http.StatusOK || !strings.Contains(body, "\nkabarchy_") {
			t.Errorf("metrics: %d, %d bytes", status, len(body))
		}
	})
}

func TestEditWithoutChangeOfContentSendsNothing(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		w := newFixture(t, rdb, simulator.Options{})
		a := w.app()
		defer w.stop(a)
		readers := w.subscribe(a, 3)
		w.publish(1)
		eventually(t, "the item is out", func() bool { return w.finished(a, 3) })

		before := w.telegram.Stats()
		noise := "generated in 12 ms"
		w.noise.Store(&noise)
		for _, source := range w.config.Sources {
			result, err := a.Poller.Poll(t.Context(), source.ID)
			if err != nil || result.Unchanged || result.New+result.Changed+result.Announced != 0 {
				t.Errorf("poll of the edited document: %+v, %v", result, err)
			}
		}
		if after := w.telegram.Stats(); after.Accepted != before.Accepted || after.Edited != before.Edited {
			t.Errorf("before %+v\nafter  %+v", before, after)
		}
		w.verify(1, readers, 0)

		// The same poll does find a change of content.
		if _, err := w.site.Correct(1); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the correction is out", func() bool { return w.telegram.Stats().Edited == before.Edited+3 })
	})
}

func TestRestartInTheMiddleOfABroadcast(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		on   func(*testing.T, func(*testing.T, redis.UniversalClient))
		end  func(w *fixture, a *App)
	}{
		{"in order", inBubble, func(w *fixture, a *App) { w.stop(a) }},
		{"abruptly", redistest.EachInBubble, func(w *fixture, a *App) {
			// Redis is gone for this instance, and then all of it stops.
			_ = a.options.Redis.Close()
			_ = a.Stop(deadline(w.t, wait))
			if strings.HasSuffix(w.t.Name(), "/redis-server") { // it counts the lease's five seconds in real time
				w.rdb.Del(w.t.Context(), "{news}:lease")
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.on(t, func(t *testing.T, rdb redis.UniversalClient) {
				w := newFixture(t, rdb, simulator.Options{Latency: 60 * time.Millisecond})
				w.config.Telegram.MessagesPerSecond = 70
				a := w.app()
				const people = 100
				readers := w.subscribe(a, people)
				w.publish(1)
				eventually(t, "the broadcast has begun", func() bool { return w.delivered(1) > 30 })
				tt.end(w, a)
				sent, noted := w.delivered(1), w.noted()
				if sent >= people {
					t.Fatalf("%d messages are out: that was not the middle", sent)
				}
				if tt.name == "in order" && sent != noted {
					t.Errorf("%d messages are out, %d of them noted", sent, noted)
				}

				b := w.app()
				defer w.stop(b)
				eventually(t, "the rest is out", func() bool { return w.finished(b, 3) })
				w.verify(1, readers, sent-noted) // what was on its way when Redis went
			})
		})
	}
}

// inBubble runs f on the embedded Redis alone: another case holds the promise on a real one.
func inBubble(t *testing.T, f func(*testing.T, redis.UniversalClient)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, redistest.Bubble(t).Client(t)) })
}

// noted counts the messages in the ledger.
func (w *fixture) noted() (messages int) {
	w.t.Helper()
	ledgers, err := w.rdb.Keys(w.t.Context(), "sent:*").Result()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, ledger := range ledgers {
		n, err := w.rdb.HLen(w.t.Context(), ledger).Result()
		if err != nil {
			w.t.Fatal(err)
		}
		messages += int(n)
	}
	return messages
}

func TestStandbyTakesOver(t *testing.T) {
	t.Parallel()
	inBubble(t, standbyTakesOver)
}

func standbyTakesOver(t *testing.T, rdb redis.UniversalClient) {
	w := newFixture(t, rdb, simulator.Options{Latency: 20 * time.Millisecond})
	w.config.Telegram.MessagesPerSecond = 200
	leader := w.app()
	readers := w.subscribe(leader, 300)

	standby := w.instance()
	defer w.stop(standby)
	if status, body := w.net.get(t, "http://"+standby.Addr()+"/readyz"); status != http.StatusOK {
		t.Errorf("the standby's readyz: %d %s", status, body)
	}
	w.publish(1)
	eventually(t, "the broadcast has begun", func() bool { return w.delivered(1) > 50 })
	w.stop(leader)
	eventually(t, "the standby sends the rest", func() bool { return w.finished(standby, 3) })
	w.verify(1, readers, 0)
}
