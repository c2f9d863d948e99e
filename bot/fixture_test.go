package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"kabarchy/bot"
	"kabarchy/bot/bottest"
	"kabarchy/bot/delivery"
	"kabarchy/bot/desk/report"
	"kabarchy/bot/render"
	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
	"kabarchy/bot/updates"
	"kabarchy/feeds"
	"kabarchy/feeds/article"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
	"kabarchy/subscriptions/redistest/pipenet"
)

// wait is how long a test waits for what happens within milliseconds when all is well.
const wait = 20 * time.Second

// today is the day on which the tests play: a Monday.
var today = time.Date(2026, time.November, 23, 5, 0, 0, 0, time.UTC)

// bishkek is the zone of all dates.
var bishkek = time.FixedZone("+06", 6*60*60)

// subjects are the topics to choose from.
var subjects = []render.Topic{
	{Number: 3, ID: "legal-aid", Name: map[string]string{"ky": "Юридикалык жардам", "ru": "Юридическая помощь", "en": "Legal aid"}},
	{Number: 7, ID: "jobs", Name: map[string]string{"ky": "Жумуш орундары", "ru": "Вакансии", "en": "Vacancies"}},
}

// endpoint is the simulated Telegram's address.
const endpoint = "http://telegram.example"

// fixture is a bot that runs against the simulated Telegram and a Redis. All of them speak
// over pipes, so that it may stand in a bubble, where time costs nothing.
type fixture struct {
	t         *testing.T
	telegram  *simulator.Server
	http      *http.Client // leads to it
	porch     *bottest.Porch
	rdb       redis.UniversalClient
	store     *subscriptions.Store
	archive   bot.Archive
	shelf     *shelf
	articles  bot.Articles
	bot       *bot.Bot
	updates   *updates.Dispatcher
	client    *telegram.Client
	sender    *delivery.Sender
	began     time.Time // that is at five o'clock today
	log       *bottest.Log
	metrics   *prometheus.Registry
	joined    *chats
	forgotten *chats
	keeper    *keeper
	counter   *report.Counter
	admins    []int64
	crowds    []int64 // chats that a test has prepared
	desk      *control
	stop      func() error       // asks for it, too
	change    func(*bot.Options) // what a test has otherwise; nil for nothing
}

// open builds a fixture and sets its bot to work; the bot is stopped at the end of the test.
func open(t *testing.T, rdb redis.UniversalClient, telegram simulator.Options) *fixture {
	t.Helper()
	h := buildOn(t, rdb, telegram)
	h.start()
	return h
}

// atWork runs a test in a bubble, beside others, with a bot at work on the embedded Redis.
func atWork(t *testing.T, test func(t *testing.T, h *fixture)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { test(t, open(t, redistest.Bubble(t).Client(t), simulator.Options{})) })
}

// build is a fixture in a bubble, on the embedded Redis, whose bot a test starts itself.
func build(t *testing.T) *fixture {
	t.Helper()
	return buildOn(t, redistest.Bubble(t).Client(t), simulator.Options{})
}

func buildOn(t *testing.T, rdb redis.UniversalClient, telegram simulator.Options) *fixture {
	rdb = redistest.Lean(rdb)
	t.Helper()
	shelf, porch := &shelf{}, bottest.NewPorch(t)
	telegram.WebhookClient = porch.Client
	h := &fixture{
		t: t, began: time.Now(), porch: porch, telegram: simulator.New(telegram), rdb: rdb, store: subscriptions.NewStore(rdb), archive: shelf, shelf: shelf, articles: shelf,
		log: &bottest.Log{}, metrics: prometheus.NewRegistry(), joined: &chats{}, forgotten: &chats{}, desk: &control{},
	}
	h.keeper = &keeper{store: h.store}
	h.counter = report.NewCounter(rdb, bishkek, slog.New(slog.NewTextHandler(h.log, nil)))
	h.store.Watch(h.counter.Changed)
	h.http = pipenet.Serve(t, h.telegram.Handler()).Client(t)
	t.Cleanup(func() {
		if err := h.stop(); err != nil {
			t.Errorf("the bot ended with %v", err)
		}
		h.tokenless()
	})
	return h
}

// start begins another life of the bot: what it knew is in Redis and at Telegram alone.
func (h *fixture) start() {
	h.t.Helper()
	h.assemble()
	h.run(updates.NewPoller(h.updates, h.rdb).Run)
}

// restart ends the bot, and begins another life of it.
func (h *fixture) restart() {
	h.t.Helper()
	if err := h.stop(); err != nil {
		h.t.Fatal(err)
	}
	h.start()
}

// assemble makes another bot, to which no updates are brought yet.
func (h *fixture) assemble() {
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	registry := prometheus.NewRegistry()
	h.metrics = registry
	h.client = telegram.NewClient(telegram.Options{Token: h.telegram.Token(), Endpoint: endpoint, HTTP: h.http, Log: log, Registerer: registry})
	queue := &updates.ChatQueue{}
	h.sender = delivery.NewSender(h.client, delivery.Options{
		Zone: bishkek, Topics: subjects, Editions: h.archive.Editions, Username: func() string { return h.bot.Username() }, Log: log, Registerer: registry,
	})
	o := bot.Options{
		Client: h.client, Store: h.store, Archive: h.archive, Articles: h.articles, Queue: queue,
		Ministry: bot.Ministry{
			Name: map[string]string{"ky": "Юстиция министрлиги", "ru": "Министерство юстиции", "en": "Ministry of Justice"},
			Site: "https://minjust.gov.kg",
			Contacts: bot.Contacts{
				Phones: []string{"+996 312 65-64-90"}, Email: "info@minjust.gov.kg",
				Hours:   map[string]string{"ky": "Дүйшөмбү–жума, 9:00–18:00", "ru": "Понедельник–пятница, 9:00–18:00", "en": "Monday to Friday, 9:00–18:00"},
				Address: map[string]string{"ky": "Бишкек ш., Молодая Гвардия бульвары, 32", "ru": "г. Бишкек, бульвар Молодой Гвардии, 32", "en": "32 Molodaya Gvardiya Boulevard, Bishkek"},
			},
		},
		Topics:  subjects,
		Admins:  bot.Admins{IDs: h.admins, Service: h.desk, Alarms: h.desk.raised, Redis: h.rdb},
		Now:     func() time.Time { return today.Add(time.Since(h.began)) },
		Counter: h.counter,
		Joined:  h.joined.add, KeepDigests: h.keeper.keep, Forget: h.forgotten.add,
		Zone: bishkek, Log: log, Registerer: registry,
	}
	if h.change != nil {
		h.change(&o)
	}
	h.bot = bot.New(o)
	h.updates = updates.NewDispatcher(updates.Options{Client: h.client, Handler: h.bot, Queue: queue, Log: log, Registerer: registry})
}

// run runs what brings the updates, until stop or the test's end.
func (h *fixture) run(bring func(context.Context) error) {
	h.stop, _ = bottest.Live(h.t, wait, bring)
}

// tokenless fails the test if the token, or a webhook's secret, shows in the log, or the
// token in the metrics.
func (h *fixture) tokenless() {
	_, secret, _ := strings.Cut(h.telegram.Token(), ":")
	log := h.log.String()
	if strings.Contains(log, secret) {
		h.t.Error("the log holds the token")
	}
	for _, sent := range h.porch.Secrets() {
		if sent != "" && strings.Contains(log, sent) {
			h.t.Fatal("the log holds a webhook's secret")
		}
	}
	families, err := h.metrics.Gather()
	if err != nil {
		h.t.Error(err)
	}
	if strings.Contains(fmt.Sprint(families), secret) {
		h.t.Error("the metrics hold the token")
	}
}

// until waits until the chat's newest message holds the text, and returns that message.
func (h *fixture) until(c *simulator.Chat, text string) simulator.Message {
	h.t.Helper()
	var last simulator.Message
	ctx, cancel := context.WithTimeout(h.t.Context(), wait)
	defer cancel()
	err := c.Wait(ctx, func(messages []simulator.Message) bool {
		for _, m := range messages {
			if m.Bot {
				last = m
			}
		}
		return last.Bot && strings.Contains(last.Text, text)
	})
	if err != nil {
		h.t.Fatalf("no message with %q: %v\nlog:\n%s", text, err, h.log)
	}
	return last
}

// says sends the text and waits until the answer holds want.
func (h *fixture) says(c *simulator.Citizen, text, want string) simulator.Message {
	h.t.Helper()
	c.Send(text)
	return h.until(c.Chat, want)
}

// presses presses the button and waits for the tap's answer; then the screen is there.
func (h *fixture) presses(c *simulator.Citizen, label string) (toast string) {
	h.t.Helper()
	tap, err := c.Tap(label)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.answered(tap)
}

func (h *fixture) answered(tap *simulator.Tap) (toast string) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), wait)
	defer cancel()
	answer, err := tap.Answer(ctx)
	if err != nil {
		h.t.Fatalf("%v\nlog:\n%s", err, h.log)
	}
	return answer.Text
}

// keeps fails the test unless the store holds what check accepts of the chat, at once
// or soon.
func (h *fixture) keeps(chat int64, what string, check func(p subscriptions.Preferences, known bool) bool) {
	h.t.Helper()
	h.eventually(what, func() bool {
		p, known, err := h.store.Get(h.t.Context(), chat)
		return err == nil && check(p, known)
	})
}

// eventually waits for a condition that has nobody to tell of it.
func (h *fixture) eventually(what string, check func() bool) {
	h.t.Helper()
	for deadline := time.Now().Add(wait); !check(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatalf("never: %s\nlog:\n%s", what, h.log)
		}
	}
}

// counted is the sum of the metric's values over its labels.
func (h *fixture) counted(name string, labels ...string) (sum float64) {
	h.t.Helper()
	families, err := h.metrics.Gather()
	if err != nil {
		h.t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			if text := fmt.Sprint(m.GetLabel()); len(labels) == 0 || strings.Contains(text, labels[0]) {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return sum
}

// shelf is an archive with what a test put on it.
type shelf struct {
	mu    sync.Mutex
	items []feeds.Item // newest first
	// pictures are those inside of articles, by the item's id.
	pictures map[string]string
	texts    map[string]string // in full, likewise
}

// illustrate puts a picture into an item's article.
func (s *shelf) illustrate(id, picture string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pictures == nil {
		s.pictures = make(map[string]string)
	}
	s.pictures[id] = picture
}

func (s *shelf) put(items ...feeds.Item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items = append(items, s.items...)
}

// correct lets an item say something else.
func (s *shelf) correct(id, title, text string, now time.Time) feeds.Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.items, func(item feeds.Item) bool { return item.ID == id })
	item := &s.items[i]
	item.Title, item.Summary, item.Revision, item.Changed = title, text, item.Revision+1, now
	return *item
}

// withdraw takes an item back.
func (s *shelf) withdraw(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.items, func(item feeds.Item) bool { return item.ID == id })
	s.items[i].Withdrawn = true
}

func (s *shelf) Latest(_ context.Context, language string, offset, count int) ([]feeds.Item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []feeds.Item
	for _, item := range s.items {
		if item.Language == language && !item.Withdrawn {
			found = append(found, item)
		}
	}
	found = found[min(offset, len(found)):]
	return found[:min(count, len(found))], nil
}

func (s *shelf) Listed(ctx context.Context, l feeds.List, offset, count int) (found []feeds.Item, _ error) {
	all, err := s.Latest(ctx, l.Language, 0, math.MaxInt)
	for _, item := range all {
		topic := l.Topic == "" || slices.Contains(item.Topics, l.Topic)
		since := l.Since.IsZero() || !item.Published.Before(l.Since)
		before := l.Before.IsZero() || item.Published.Before(l.Before)
		if topic && since && before {
			found = append(found, item)
		}
	}
	found = found[min(offset, len(found)):]
	return found[:min(count, len(found))], err
}

func (s *shelf) Counts(ctx context.Context, lists []feeds.List) ([]int, error) {
	counts := make([]int, len(lists))
	for i, l := range lists {
		found, err := s.Listed(ctx, l, 0, math.MaxInt)
		if err != nil {
			return nil, err
		}
		counts[i] = len(found)
	}
	return counts, nil
}

func (s *shelf) Item(_ context.Context, id string) (feeds.Item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, item := range s.items {
		if item.ID == id {
			return item, nil
		}
	}
	return feeds.Item{}, feeds.ErrNotFound
}

// Editions are the items whose ids differ in the language alone, as the samples' do.
func (s *shelf) Editions(ctx context.Context, id string) (map[string]feeds.Item, error) {
	editions := make(map[string]feeds.Item)
	for _, language := range []string{"ky", "ru", "en"} {
		rest, isSample := strings.CutPrefix(id, "sample")
		if !isSample {
			break
		}
		if e, err := s.Item(ctx, "sample"+language+rest[2:]); err == nil {
			editions[language] = e
		}
	}
	return editions, nil
}

// Texts are those that were written for an item, as kept articles are.
func (s *shelf) Texts(_ context.Context, items []feeds.Item) (map[string]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	texts := make(map[string]string)
	for _, item := range items {
		if text, has := s.texts[item.ID]; has {
			texts[item.ID] = text
		}
	}
	return texts, nil
}

// write gives an item its full text.
func (s *shelf) write(id, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.texts == nil {
		s.texts = make(map[string]string)
	}
	s.texts[id] = text
}

// Article is the item's text in full: its summary, and a list below it.
func (s *shelf) Article(ctx context.Context, id string) (article.Article, error) {
	item, err := s.Item(ctx, id)
	if err != nil {
		return article.Article{}, err
	}
	span := func(text string) []article.Span { return []article.Span{{Text: text}} }
	s.mu.Lock()
	defer s.mu.Unlock()
	return article.Article{Whole: true, Blocks: []article.Block{
		{Kind: article.Paragraph, Spans: span(item.Summary)},
		{Kind: article.Picture, Picture: s.pictures[id]},
		{Kind: article.Heading, Level: 2, Spans: span("📍")},
		{Kind: article.ListItem, Level: 1, Spans: span("+996 312 65-65-65")},
		{Kind: article.ListItem, Level: 1, Spans: span("minjust.gov.kg")},
	}}, nil
}

// Kept is no different: nothing has to be fetched.
func (s *shelf) Kept(ctx context.Context, id string) (article.Article, error) {
	return s.Article(ctx, id)
}

// chats notes which chats it was called with.
type chats struct {
	mu  sync.Mutex
	ids []int64
}

func (c *chats) add(_ context.Context, chat int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ids = append(c.ids, chat)
	return nil
}

func (c *chats) count(chat int64) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range c.ids {
		if id == chat {
			n++
		}
	}
	return n
}

// onEachRedis runs f against a bot on the embedded Redis and on a real one.
func onEachRedis(t *testing.T, f func(t *testing.T, h *fixture)) {
	t.Helper()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		f(t, open(t, rdb, simulator.Options{}))
	})
}
