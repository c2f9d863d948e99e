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
	"kabarchy/bot/search"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
	"kabarchy/subscriptions/redistest/pipenet"
)

// fixture is an engine with a real archive, a real poller and a real store on a Redis,
// a ministry's feed and phones that remember what they were sent. Nothing in it waits
// for a real connection, so that it may stand in a bubble; there a day takes no time.
type fixture struct {
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

// eachFixture runs a test on miniredis and on a real server, both in virtual time: a
// bubble begins at six in the morning in Bishkek.
func eachFixture(t *testing.T, test func(t *testing.T, f *fixture)) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		test(t, newFixture(t, rdb))
	})
}

// miniFixture runs a test on miniredis alone: another test, or the first case of this
// one, holds the same promise on a real server.
func miniFixture(t *testing.T, test func(t *testing.T, f *fixture)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { test(t, embeddedFixture(t)) })
}

// fixtures returns where a case of one promise is tried: the first case everywhere.
func fixtures(first bool) func(*testing.T, func(*testing.T, *fixture)) {
	if first {
		return eachFixture
	}
	return miniFixture
}

// embeddedFixture makes a fixture on a miniredis of its own, which stands in a bubble.
func embeddedFixture(tb testing.TB) *fixture {
	server := redistest.Bubble(tb)
	f := newFixture(tb, server.Client(tb))
	f.server = server
	return f
}

// newFixture makes a fixture whose ministry publishes in two languages.
func newFixture(tb testing.TB, rdb redis.UniversalClient) *fixture {
	rdb = redistest.Lean(rdb)
	f := &fixture{tb: tb, rdb: rdb, store: subscriptions.NewStore(rdb), archive: feeds.NewArchive(rdb)}
	f.site = &site{items: map[string][]string{}}
	ministry := pipenet.Serve(tb, f.site)
	var err error
	f.poller, err = feeds.NewPoller(feeds.Options{
		Sources: []feeds.Source{
			{ID: "ky", Language: "ky", URL: "http://ministry.example/ky"},
			{ID: "ru", Language: "ru", URL: "http://ministry.example/ru"},
		},
		Schedule: "@every 1h", Zone: time.UTC, Dial: ministry.Dial,
	}, f.archive)
	if err != nil {
		tb.Fatal(err)
	}
	// The first poll archives silently; a site that shows nothing then may be a broken one.
	f.site.set("ky", "Эски", "Текст.")
	f.site.set("ru", "Старое", "Текст.")
	f.poll("ky")
	f.poll("ru")
	f.phones = newPhones()
	f.options = Options{
		Redis: rdb, Store: f.store, Archive: f.archive, Sender: f.phones, Zone: bishkek, Log: slog.New(slog.DiscardHandler),
		Says: search.Says,
	}
	f.engine = New(f.options)
	return f
}

func (f *fixture) poll(source string) {
	f.tb.Helper()
	if _, err := f.poller.Poll(f.tb.Context(), source); err != nil {
		f.tb.Fatal(err)
	}
}

// publish puts a new item on the site and has it read.
func (f *fixture) publish(language, title string) {
	f.tb.Helper()
	f.site.set(language, title, "Текст.")
	f.poll(language)
}

// correct changes an item's text.
func (f *fixture) correct(language, title, text string) {
	f.tb.Helper()
	f.site.set(language, title, text)
	f.poll(language)
}

// subscribe makes chats readers of a language.
func (f *fixture) subscribe(language string, chats ...int64) {
	f.tb.Helper()
	for _, chat := range chats {
		_, err := f.store.Update(f.tb.Context(), chat, func(p *subscriptions.Preferences, _ bool) {
			p.Status, p.Interface, p.Languages = subscriptions.Active, language, []string{language}
		})
		if err != nil {
			f.tb.Fatal(err)
		}
	}
}

// prefer changes a chat's preferences.
func (f *fixture) prefer(chat int64, change func(p *subscriptions.Preferences)) {
	f.tb.Helper()
	_, err := f.store.Update(f.tb.Context(), chat, func(p *subscriptions.Preferences, _ bool) { change(p) })
	if err != nil {
		f.tb.Fatal(err)
	}
}

// sleeps lets a chat wait for the end of its quiet hours.
func (f *fixture) sleeps(chat int64, from, to int) {
	f.tb.Helper()
	f.prefer(chat, func(p *subscriptions.Preferences) {
		p.Quiet = subscriptions.Quiet{From: from, To: to, Wait: true}
	})
}

// run lets an engine work under a lease, as production does; what it returns ends it
// and waits.
func (f *fixture) run() (stop func()) {
	f.options.Lease = lease.New(f.rdb, f.options.Log)
	f.engine = New(f.options)
	return lead(f.tb, f.engine)
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

// work lets the engine do what is to do, and stops it.
func (f *fixture) work() {
	f.tb.Helper()
	stop := f.run()
	time.Sleep(5 * time.Second)
	f.quiet()
	stop()
}

// waitLimit is how long a test waits for something, in the bubble's time.
const waitLimit = 2 * time.Hour

// until waits for a condition. It looks often at first, and then less so.
func (f *fixture) until(what string, holds func() bool) {
	f.tb.Helper()
	if !eventually(waitLimit, holds) {
		progress, err := f.engine.Progress(f.tb.Context())
		f.tb.Fatalf("waited in vain until %s; %+v (%v)", what, progress, err)
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
func (f *fixture) quiet() {
	f.tb.Helper()
	f.until("every broadcast is finished", func() bool {
		announced, err := f.archive.Announcements(f.tb.Context(), 1)
		if err != nil {
			return false
		}
		running, err := f.engine.plans.running(f.tb.Context())
		return err == nil && len(announced) == 0 && len(running) == 0
	})
}

// item returns the archived item with a title.
func (f *fixture) item(language, title string) feeds.Item {
	f.tb.Helper()
	items, err := f.archive.Latest(f.tb.Context(), language, 0, 100)
	if err != nil {
		f.tb.Fatal(err)
	}
	for _, i := range items {
		if i.Title == title {
			return i
		}
	}
	f.tb.Fatalf("no item %q in the archive", title)
	return feeds.Item{}
}
