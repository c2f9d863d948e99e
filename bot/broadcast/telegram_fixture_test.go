package broadcast_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"kabarchy/bot"
	"kabarchy/bot/broadcast"
	"kabarchy/bot/delivery"
	"kabarchy/bot/lease"
	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
	"kabarchy/bot/updates"
	"kabarchy/feeds"
	"kabarchy/feeds/feedtest"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
	"kabarchy/subscriptions/redistest/pipenet"
)

// telegramFixture is the engine between its real neighbours: an archive that a poller fills from
// a feed, and Telegram's stand-in behind the bot's own client.
type telegramFixture struct {
	tb       testing.TB
	archive  *feeds.Archive
	store    *subscriptions.Store
	telegram *simulator.Server
	lease    *lease.Lease
	engine   *broadcast.Engine
	updates  *updates.Poller
	poller   *feeds.Poller
	metrics  *prometheus.Registry
	rdb      redis.UniversalClient
	stories  map[string][]*story // by language
	posted   int
}

// story is an item on the ministry's site.
type story struct {
	title, text, picture string
	number               int // no two have the same: they are not editions of one item
}

// setup is what a test may want otherwise.
type setup struct {
	client telegram.Options
	engine broadcast.Options
}

func newTelegramFixture(tb testing.TB, rdb redis.UniversalClient, o simulator.Options, perSecond float64, change ...func(*setup)) *telegramFixture {
	rdb = redistest.Lean(rdb)
	w := &telegramFixture{
		tb: tb, rdb: rdb, archive: feeds.NewArchive(rdb), store: subscriptions.NewStore(rdb),
		metrics: prometheus.NewRegistry(),
		// The first poll archives silently; a site that shows nothing then may be a broken one.
		stories: map[string][]*story{
			"ky": {{title: "Эски", text: "Текст.", number: 1_000_000}}, "ru": {{title: "Старое", text: "Текст.", number: 1_000_001}},
		},
	}
	w.telegram = simulator.New(o)
	site := pipenet.Serve(tb, http.HandlerFunc(w.feed))
	var err error
	w.poller, err = feeds.NewPoller(feeds.Options{
		Sources:  []feeds.Source{{ID: "ky", Language: "ky", URL: "http://ministry.example/ky"}, {ID: "ru", Language: "ru", URL: "http://ministry.example/ru"}},
		Topics:   []feeds.Topic{{ID: "emergency", Keywords: []string{"Эвакуация"}, Urgent: true}},
		Schedule: "@every 1h", Zone: time.UTC, Dial: site.Dial,
	}, w.archive)
	if err != nil {
		tb.Fatal(err)
	}
	w.poll("ky")
	w.poll("ru")
	log := slog.New(slog.DiscardHandler)
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	set := setup{
		client: w.reach(),
		engine: broadcast.Options{
			Redis: rdb, Store: w.store, Archive: w.archive, Limiter: broadcast.NewLimiter(perSecond),
			Lease: lease.New(rdb, log),
			Log:   log, Registerer: w.metrics,
		},
	}
	for _, f := range change {
		f(&set)
	}
	set.client.Budget = set.engine.Limiter
	client := telegram.NewClient(set.client)
	set.engine.Sender = delivery.NewSender(client, delivery.Options{Registerer: w.metrics})
	w.lease, w.engine = set.engine.Lease, broadcast.New(set.engine)
	w.updates = updates.NewPoller(updates.NewDispatcher(updates.Options{
		Client: client, Handler: bot.New(bot.Options{Client: client, Store: w.store, Archive: w.archive, Joined: w.engine.Joined, Groups: set.engine.Limiter}),
	}), nil)
	return w
}

// reach says how the bot's client finds Telegram: over pipes in tests, which run in a
// bubble, and over real connections in benchmarks.
func (w *telegramFixture) reach() telegram.Options {
	if _, measured := w.tb.(*testing.B); measured {
		server := httptest.NewServer(w.telegram.Handler())
		w.tb.Cleanup(server.Close)
		return telegram.Options{Token: w.telegram.Token(), Endpoint: server.URL}
	}
	return telegram.Options{
		Token: w.telegram.Token(), Endpoint: "http://telegram.example",
		HTTP: pipenet.Serve(w.tb, w.telegram.Handler()).Client(w.tb),
	}
}

// feed is the ministry's feed, one for each language.
func (w *telegramFixture) feed(rw http.ResponseWriter, r *http.Request) {
	language := strings.Trim(r.URL.Path, "/")
	var items []feedtest.Item
	for _, s := range w.stories[language] {
		link := fmt.Sprintf("https://ministry.example/%s/news/%d", language, s.number)
		items = append(items, feedtest.Item{Title: s.title, Link: link, Text: s.text, Picture: s.picture})
	}
	feedtest.Serve(rw, items...)
}

// announce publishes what was written at the desk and is urgent, so many of whose messages may
// be paid for.
func (w *telegramFixture) announce(title string, paid int) {
	w.tb.Helper()
	err := w.archive.Publish(w.tb.Context(), []feeds.Item{{
		ID: feeds.DeskItemID(title, "ky"), Language: "ky", Title: title, Summary: "Текст.", Urgent: true, Paid: paid,
	}})
	if err != nil {
		w.tb.Fatal(err)
	}
	w.engine.Wake()
}

func (w *telegramFixture) poll(source string) {
	w.tb.Helper()
	if _, err := w.poller.Poll(w.tb.Context(), source); err != nil {
		w.tb.Fatal(err)
	}
}

func (w *telegramFixture) publish(title string) {
	w.tb.Helper()
	w.post("ky", story{title: title, text: "Текст."})
}

// post publishes a story, which the test may change later.
func (w *telegramFixture) post(language string, s story) *story {
	w.tb.Helper()
	w.posted++
	s.number = w.posted
	w.stories[language] = append(w.stories[language], &s)
	w.read(language)
	return &s
}

// read has a feed read, and the engine look what it said.
func (w *telegramFixture) read(language string) {
	w.tb.Helper()
	w.poll(language)
	w.engine.Wake()
}

// subscribe makes a chat a reader of a language.
func (w *telegramFixture) subscribe(chat int64, language string, change ...func(*subscriptions.Preferences)) {
	w.tb.Helper()
	_, err := w.store.Update(w.tb.Context(), chat, func(p *subscriptions.Preferences, _ bool) {
		p.Interface, p.Languages = language, []string{language}
		for _, f := range change {
			f(p)
		}
	})
	if err != nil {
		w.tb.Fatal(err)
	}
}

// run lets engine and bot work; what it returns ends them and waits.
func (w *telegramFixture) run() (stop func()) { return w.start(w.lead, w.updates.Run) }

// send lets the engine work alone: what it hears, it hears from the answers.
func (w *telegramFixture) send() (stop func()) { return w.start(w.lead) }

// lead lets the engine work under its lease, as production does.
func (w *telegramFixture) lead(ctx context.Context) error { return w.lease.Lead(ctx, w.engine.Run) }

func (w *telegramFixture) start(loops ...func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(w.tb.Context())
	var working sync.WaitGroup
	for _, run := range loops {
		working.Go(func() {
			if err := run(ctx); err != nil {
				w.tb.Error(err)
			}
		})
	}
	return sync.OnceFunc(func() {
		cancel()
		working.Wait()
	})
}

// last returns the youngest broadcast.
func (w *telegramFixture) last() broadcast.Progress {
	w.tb.Helper()
	progress, err := w.engine.Progress(w.tb.Context())
	if err != nil {
		w.tb.Fatal(err)
	}
	if len(progress) == 0 {
		return broadcast.Progress{}
	}
	return progress[0]
}

// await waits until a condition holds. It looks often at first, and then less so.
func (w *telegramFixture) await(what string, limit time.Duration, holds func() bool) {
	w.tb.Helper()
	pause := 10 * time.Millisecond
	for began := time.Now(); !holds(); pause = min(pause*21/20, time.Second) {
		if time.Since(began) > limit {
			w.tb.Fatalf("waited in vain until %s; %+v", what, w.last())
		}
		time.Sleep(pause)
	}
}

// finished waits until a number of broadcasts are over.
func (w *telegramFixture) finished(n int, limit time.Duration) {
	w.tb.Helper()
	w.await("the broadcast is finished", limit, func() bool {
		progress, err := w.engine.Progress(w.tb.Context())
		if err != nil || len(progress) < n {
			return false
		}
		for _, p := range progress {
			if p.FinishedAt.IsZero() {
				return false
			}
		}
		return true
	})
}

// noted reads what the ledger says of a chat; empty where it has no line.
func (w *telegramFixture) noted(ledger, chat int64) string {
	w.tb.Helper()
	key := fmt.Sprintf("sent:%d:%d", ledger, subscriptions.BucketOf(chat))
	line, err := w.rdb.HGet(w.tb.Context(), key, itoa(chat)).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		w.tb.Fatal(err)
	}
	return line
}

// counted returns a metric, of which one label has the value.
func (w *telegramFixture) counted(name, label string) int {
	w.tb.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		w.tb.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name && m.GetLabel()[0].GetValue() == label {
				return int(m.GetCounter().GetValue())
			}
		}
	}
	return 0
}

// sighting is a message that the bot tried to send.
type sighting struct {
	at   time.Time
	chat int64
	text string
}

// watcher sees every message before anything else befalls it.
type watcher struct {
	mu   sync.Mutex
	seen []sighting
}

func (w *telegramFixture) watch() *watcher {
	seen := &watcher{}
	w.telegram.Fault(simulator.Fault{Methods: []string{"sendMessage", "sendPhoto"}, Match: func(r simulator.Request) bool {
		seen.mu.Lock()
		defer seen.mu.Unlock()
		seen.seen = append(seen.seen, sighting{time.Now(), r.Chat, r.Params["text"] + r.Params["caption"]})
		return false
	}})
	return seen
}

// all returns what was seen, in order.
func (s *watcher) all() []sighting {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

// together runs tests in virtual time, each on miniredis and those named on a real server
// as well.
func together(t *testing.T, tests map[string]func(t *testing.T, rdb redis.UniversalClient), onReal ...string) {
	for name, f := range tests {
		t.Run(name, func(t *testing.T) {
			if slices.Contains(onReal, name) {
				t.Parallel()
				redistest.EachInBubble(t, f)
				return
			}
			inBubble(t, func(t *testing.T) { f(t, redistest.Bubble(t).Client(t)) })
		})
	}
}

// inBubble runs a test in virtual time.
func inBubble(t *testing.T, f func(t *testing.T)) {
	t.Parallel()
	synctest.Test(t, f)
}

func itoa(chat int64) string { return strconv.FormatInt(chat, 10) }
