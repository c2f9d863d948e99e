package broadcast_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot"
	"kabarchy/bot/broadcast"
	"kabarchy/bot/simulator"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// whole is the engine between its real neighbours: an archive that a poller fills from
// a feed, and Telegram's stand-in behind the bot's own client.
type whole struct {
	tb       testing.TB
	archive  *feeds.Archive
	store    *subscriptions.Store
	telegram *simulator.Server
	engine   *broadcast.Engine
	bot      *bot.Bot
	poller   *feeds.Poller
	titles   []string
}

func newWhole(tb testing.TB, rdb redis.UniversalClient, o simulator.Options, perSecond float64) *whole {
	w := &whole{tb: tb, archive: feeds.NewArchive(rdb), store: subscriptions.NewStore(rdb)}
	w.telegram = simulator.New(o)
	telegram := httptest.NewServer(w.telegram.Handler())
	site := httptest.NewServer(http.HandlerFunc(w.feed))
	tb.Cleanup(telegram.Close)
	tb.Cleanup(site.Close)
	var err error
	w.poller, err = feeds.NewPoller(feeds.Options{
		Sources:  []feeds.Source{{ID: "ky", Language: "ky", URL: site.URL}},
		Schedule: "@every 1h", Zone: time.UTC, AllowPrivate: true,
	}, w.archive)
	if err != nil {
		tb.Fatal(err)
	}
	w.poll()
	log := slog.New(slog.DiscardHandler)
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	client := bot.NewClient(bot.ClientOptions{Token: w.telegram.Token(), Endpoint: telegram.URL})
	w.engine = broadcast.New(broadcast.Options{
		Redis: rdb, Store: w.store, Archive: w.archive, MessagesPerSecond: perSecond, Log: log,
		Sender: bot.NewSender(client, bot.SenderOptions{}),
	})
	w.bot = bot.New(bot.Options{Client: client, Store: w.store, Archive: w.archive, Joined: w.engine.Joined})
	return w
}

// feed is the ministry's feed.
func (w *whole) feed(rw http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(rw, `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Министрлик</title>`)
	for i, title := range w.titles {
		fmt.Fprintf(rw, `<item><title>%s</title><link>https://ministry.example/ky/news/%d</link><description>Текст.</description></item>`, title, i+1)
	}
	fmt.Fprint(rw, `</channel></rss>`)
}

func (w *whole) poll() {
	w.tb.Helper()
	if _, err := w.poller.Poll(w.tb.Context(), "ky"); err != nil {
		w.tb.Fatal(err)
	}
}

func (w *whole) publish(title string) {
	w.tb.Helper()
	w.titles = append(w.titles, title)
	w.poll()
	w.engine.Wake()
}

// run lets engine and bot work; what it returns ends them and waits.
func (w *whole) run() (stop func()) {
	ctx, cancel := context.WithCancel(w.tb.Context())
	var working sync.WaitGroup
	for _, run := range []func(context.Context) error{w.engine.Run, w.bot.Run} {
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
func (w *whole) last() broadcast.Progress {
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

// await waits until a condition holds.
func (w *whole) await(what string, limit time.Duration, holds func() bool) {
	w.tb.Helper()
	deadline := time.After(limit)
	for !holds() {
		select {
		case <-deadline:
			w.tb.Fatalf("waited in vain until %s; %+v", what, w.last())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// finished waits until a number of broadcasts are over.
func (w *whole) finished(n int, limit time.Duration) {
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
