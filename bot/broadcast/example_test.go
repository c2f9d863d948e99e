package broadcast_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/broadcast"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/embedded"
)

// printer is a Sender whose phones are the terminal.
type printer struct{ delivered chan struct{} }

// Deliver prints what a chat is to get.
func (p printer) Deliver(_ context.Context, d broadcast.Delivery) (broadcast.Message, error) {
	defer close(p.delivered)
	fmt.Printf("%s for chat %d: %s\n", d.Kind, d.Chat, d.Item.Title)
	return broadcast.Message{ID: 1}, nil
}

// One subscriber, one new item: the poller archives it, and the engine hands it to the
// Sender, once for each chat that wants it.
func ExampleSender() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	server, err := embedded.Start() // any Redis will do
	check(err)
	defer server.Close()
	rdb := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer rdb.Close()

	store := subscriptions.NewStore(rdb)
	_, err = store.Update(ctx, 4242, func(p *subscriptions.Preferences, _ bool) {
		p.Interface, p.Languages = "en", []string{"en"}
	})
	check(err)

	archive := publish(ctx, rdb, "Offices are open on Saturday")
	phones := printer{make(chan struct{})}
	engine := broadcast.New(broadcast.Options{
		Redis: rdb, Store: store, Archive: archive, Sender: phones, Log: slog.New(slog.DiscardHandler),
	})
	ended := make(chan error)
	running, stop := context.WithCancel(ctx)
	go func() { ended <- engine.Run(running) }()
	<-phones.delivered
	stop()
	check(<-ended)
	// Output: news for chat 4242: Offices are open on Saturday
}

// publish polls a ministry's site twice: what the first poll finds is archived silently,
// what is new at the second is announced.
func publish(ctx context.Context, rdb redis.UniversalClient, title string) *feeds.Archive {
	items := `<item><title>An old item</title><link>https://ministry.example/en/news/1</link></item>`
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Ministry</title>`+items+`</channel></rss>`)
	}))
	defer site.Close()
	archive := feeds.NewArchive(rdb)
	poller, err := feeds.NewPoller(feeds.Options{
		Sources:  []feeds.Source{{ID: "en", Language: "en", URL: site.URL}},
		Schedule: "@every 1m", Zone: time.UTC, AllowPrivate: true,
	}, archive)
	check(err)
	_, err = poller.Poll(ctx, "en")
	check(err)
	items = `<item><title>` + title + `</title><link>https://ministry.example/en/news/2</link></item>` + items
	_, err = poller.Poll(ctx, "en")
	check(err)
	return archive
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
