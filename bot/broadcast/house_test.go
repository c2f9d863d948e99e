package broadcast

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest/pipenet"
)

// house is an engine with a real archive, a real poller and a real store on a Redis,
// a ministry's feed and phones that remember what they were sent. Nothing in it waits
// for a real connection, so that it may stand in a bubble; there a day takes no time.
type house struct {
	tb      testing.TB
	rdb     redis.UniversalClient
	store   *subscriptions.Store
	archive *feeds.Archive
	poller  *feeds.Poller
	site    *site
	phones  *phones
	options Options
	engine  *Engine
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
		Redis: rdb, Store: h.store, Archive: h.archive, Sender: h.phones, Log: slog.New(slog.DiscardHandler),
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

// run lets an engine work under a lease, as production does; what it returns ends it
// and waits.
func (h *house) run() (stop func()) {
	h.options.Lease = NewLease(h.rdb, h.options.Log)
	h.engine = New(h.options)
	return lead(h.tb, h.engine)
}

// lead lets an engine run under its lease.
func lead(tb testing.TB, e *Engine) (stop func()) {
	ctx, cancel := context.WithCancel(tb.Context())
	done := make(chan error, 1)
	go func() { done <- e.Lease.Lead(ctx, e.Run) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Errorf("engine: %v", err)
		}
	})
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

// site is a ministry's site with a feed for each language.
type site struct {
	mu    sync.Mutex
	items map[string][]string // language → titles, newest first
	texts sync.Map            // title → text
	links sync.Map            // title → number in the address
}

// number gives an item a number in its address.
func (s *site) number(title string, n int) { s.links.Store(title, n) }

func (s *site) set(language, title, text string) {
	s.texts.Store(title, text)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.items[language], title) {
		s.items[language] = append([]string{title}, s.items[language]...)
	}
}

// remove takes an item off the site.
func (s *site) remove(language, title string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[language] = slices.DeleteFunc(s.items[language], func(t string) bool { return t == title })
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	language := strings.TrimPrefix(r.URL.Path, "/")
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	fmt.Fprintf(w, `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Министрлик</title>`)
	for _, title := range s.items[language] {
		text, _ := s.texts.Load(title)
		address := fmt.Sprintf("%x", title)
		if n, numbered := s.links.Load(title); numbered {
			address = fmt.Sprint(n)
		}
		fmt.Fprintf(w, `<item><title>%s</title><link>https://ministry.example/%s/news/%s</link><description>%s</description></item>`,
			title, language, address, text)
	}
	fmt.Fprint(w, `</channel></rss>`)
}

// phones stands for Telegram: it keeps what each chat was sent, and answers as a
// test wants.
type phones struct {
	mu     sync.Mutex
	last   int64
	has    map[int64][]shown
	tries  map[int64]int
	answer func(d Delivery, try int) error // nil: everything arrives
	// latency is how long Telegram takes: half of it before a message counts, half after.
	latency time.Duration

	arrivals atomic.Int64 // messages shown
}

// shown is a message on a phone.
type shown struct {
	id          int64
	title, text string
	gone        bool
	silent      bool
}

func newPhones() *phones {
	return &phones{has: make(map[int64][]shown), tries: make(map[int64]int)}
}

// while does something with the phones between two deliveries.
func (p *phones) while(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	do()
}

// Deliver implements Sender.
func (p *phones) Deliver(ctx context.Context, d Delivery) (Message, error) {
	var latency time.Duration
	p.while(func() { latency = p.latency })
	if latency > 0 {
		if err := sleep(ctx, latency/2); err != nil {
			return Message{}, &Error{Verdict: Transient, Err: err}
		}
		defer time.Sleep(latency / 2)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tries[d.Chat]++
	if p.answer != nil {
		if err := p.answer(d, p.tries[d.Chat]); err != nil {
			return Message{}, err
		}
	}
	switch d.Kind {
	case News:
		return p.show(d), nil
	case Digest: // a message for each item, to see the parts
		titles := fmt.Sprintf("%d/%d %s", d.Part+1, len(d.Items), d.Items[d.Part].Title)
		d.Item.Title = titles
		m := p.show(d)
		m.More = d.Part+1 < len(d.Items)
		return m, nil
	}
	if d.Message.ID == 0 && d.Kind == Correction {
		return p.show(d), nil
	}
	for i, m := range p.has[d.Chat] {
		if m.id == d.Message.ID {
			p.has[d.Chat][i].text = d.Item.Summary
			p.has[d.Chat][i].gone = d.Kind == Withdrawal
		}
	}
	return d.Message, nil
}

// show puts a message on a phone; the caller holds the lock.
func (p *phones) show(d Delivery) Message {
	p.last++
	p.arrivals.Add(1)
	p.has[d.Chat] = append(p.has[d.Chat], shown{id: p.last, title: d.Item.Title, text: d.Item.Summary, silent: d.Silent})
	return Message{ID: p.last}
}

// all returns every message of every phone.
func (p *phones) all() map[int64][]shown {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make(map[int64][]shown)
	for chat, messages := range p.has {
		all[chat] = slices.Clone(messages)
	}
	return all
}

// titles returns what each phone shows.
func (p *phones) titles() map[int64][]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make(map[int64][]string)
	for chat, messages := range p.has {
		for _, m := range messages {
			if !m.gone {
				all[chat] = append(all[chat], m.title)
			}
		}
	}
	return all
}

func (p *phones) count(chat int64) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.has[chat])
}
