package broadcast

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/lease"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
	"kabarchy/subscriptions/redistest/pipenet"
)

// house is an engine with a real archive, a real poller and a real store on a Redis,
// a ministry's feed and phones that remember what they were sent. Nothing in it waits
// for a real connection, so that it may stand in a bubble; there a day takes no time.
type house struct {
	tb      testing.TB
	rdb     redis.UniversalClient
	server  *redistest.Embedded // nil on a real server
	store   *subscriptions.Store
	archive *feeds.Archive
	poller  *feeds.Poller
	site    *site
	phones  *phones
	options Options
	engine  *Engine
}

// eachHouse runs a test in a house on miniredis and in one on a real server, both in
// virtual time: a bubble begins at six in the morning in Bishkek.
func eachHouse(t *testing.T, f func(t *testing.T, h *house)) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		f(t, newHouse(t, rdb))
	})
}

// miniHouse runs a test in a house on miniredis alone: another test, or the first case of
// this one, holds the same promise on a real server.
func miniHouse(t *testing.T, f func(t *testing.T, h *house)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { f(t, embeddedHouse(t)) })
}

// houses are where the cases of one promise are tried: the first one everywhere.
func houses(first bool) func(*testing.T, func(*testing.T, *house)) {
	if first {
		return eachHouse
	}
	return miniHouse
}

// embeddedHouse opens a house on a miniredis of its own, which stands in a bubble.
func embeddedHouse(tb testing.TB) *house {
	server := redistest.Bubble(tb)
	h := newHouse(tb, server.Client(tb))
	h.server = server
	return h
}

// newHouse opens a house whose ministry publishes in two languages.
func newHouse(tb testing.TB, rdb redis.UniversalClient) *house {
	h := &house{tb: tb, rdb: rdb, store: subscriptions.NewStore(rdb), archive: feeds.NewArchive(rdb)}
	h.site = &site{items: map[string][]string{}}
	ministry := pipenet.Serve(tb, h.site)
	var err error
	h.poller, err = feeds.NewPoller(feeds.Options{
		Sources: []feeds.Source{
			{ID: "ky", Language: "ky", URL: "http://ministry.example/ky"},
			{ID: "ru", Language: "ru", URL: "http://ministry.example/ru"},
		},
		Schedule: "@every 1h", Zone: time.UTC, Dial: ministry.Dial,
	}, h.archive)
	if err != nil {
		tb.Fatal(err)
	}
	// The first poll archives silently; a site that shows nothing then may be a broken one.
	h.site.set("ky", "Эски", "Текст.")
	h.site.set("ru", "Старое", "Текст.")
	h.poll("ky")
	h.poll("ru")
	h.phones = newPhones()
	h.options = Options{
		Redis: rdb, Store: h.store, Archive: h.archive, Sender: h.phones, Zone: bishkek, Log: slog.New(slog.DiscardHandler),
	}
	h.engine = New(h.options)
	return h
}

func (h *house) poll(source string) {
	h.tb.Helper()
	if _, err := h.poller.Poll(h.tb.Context(), source); err != nil {
		h.tb.Fatal(err)
	}
}

// publish puts a new item on the site and has it read.
func (h *house) publish(language, title string) {
	h.tb.Helper()
	h.site.set(language, title, "Текст.")
	h.poll(language)
}

// correct changes an item's text.
func (h *house) correct(language, title, text string) {
	h.tb.Helper()
	h.site.set(language, title, text)
	h.poll(language)
}

// subscribe makes chats readers of a language.
func (h *house) subscribe(language string, chats ...int64) {
	h.tb.Helper()
	for _, chat := range chats {
		_, err := h.store.Update(h.tb.Context(), chat, func(p *subscriptions.Preferences, _ bool) {
			p.Status, p.Interface, p.Languages = subscriptions.Active, language, []string{language}
		})
		if err != nil {
			h.tb.Fatal(err)
		}
	}
}

// prefer changes a chat's preferences.
func (h *house) prefer(chat int64, change func(p *subscriptions.Preferences)) {
	h.tb.Helper()
	_, err := h.store.Update(h.tb.Context(), chat, func(p *subscriptions.Preferences, _ bool) { change(p) })
	if err != nil {
		h.tb.Fatal(err)
	}
}

// sleeps lets a chat wait for the end of its quiet hours.
func (h *house) sleeps(chat int64, from, to int) {
	h.tb.Helper()
	h.prefer(chat, func(p *subscriptions.Preferences) {
		p.Quiet = subscriptions.Quiet{From: from, To: to, Wait: true}
	})
}

// run lets an engine work under a lease, as production does; what it returns ends it
// and waits.
func (h *house) run() (stop func()) {
	h.options.Lease = lease.New(h.rdb, h.options.Log)
	h.engine = New(h.options)
	return lead(h.tb, h.engine)
}

// lead lets an engine run under its lease.
func lead(tb testing.TB, e *Engine) (stop func()) {
	ctx, cancel := context.WithCancel(tb.Context())
	done := make(chan error, 1)
	go func() { done <- e.options.Lease.Lead(ctx, e.Run) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Errorf("engine: %v", err)
		}
	})
}

// work lets the engine do what is to do, and then rest.
func (h *house) work() {
	h.tb.Helper()
	stop := h.run()
	time.Sleep(5 * time.Second)
	h.quiet()
	stop()
}

// patience is how long a test waits for something, in the bubble's time.
const patience = 2 * time.Hour

// until waits for a condition. It looks often at first, and then less so.
func (h *house) until(what string, holds func() bool) {
	h.tb.Helper()
	if !eventually(patience, holds) {
		progress, err := h.engine.Progress(h.tb.Context())
		h.tb.Fatalf("waited in vain until %s; %+v (%v)", what, progress, err)
	}
}

// eventually reports whether a condition comes to hold within a time.
func eventually(limit time.Duration, holds func() bool) bool {
	pause := 5 * time.Millisecond
	for began := time.Now(); !holds(); pause = min(pause*21/20, time.Minute) {
		if time.Since(began) > limit {
			return false
		}
		time.Sleep(pause)
	}
	return true
}

// quiet waits until nothing is announced and nothing is running.
func (h *house) quiet() {
	h.tb.Helper()
	h.until("every broadcast is finished", func() bool {
		announced, err := h.archive.Announcements(h.tb.Context(), 1)
		if err != nil {
			return false
		}
		running, err := h.engine.plans.running(h.tb.Context())
		return err == nil && len(announced) == 0 && len(running) == 0
	})
}

// item returns the archived item with a title.
func (h *house) item(language, title string) feeds.Item {
	h.tb.Helper()
	items, err := h.archive.Latest(h.tb.Context(), language, 0, 100)
	if err != nil {
		h.tb.Fatal(err)
	}
	for _, i := range items {
		if i.Title == title {
			return i
		}
	}
	h.tb.Fatalf("no item %q in the archive", title)
	return feeds.Item{}
}
