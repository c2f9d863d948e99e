// Package websub has the hubs of sources tell at once that these have news: WebSub, a
// recommendation of the W3C's (https://www.w3.org/TR/websub/), from the side of a subscriber.
//
// A source that its hub tells of is polled, and nothing of what the hub sends is ever read: a hub
// that lies costs a poll. What is due is done by the instance that leads; each instance answers
// the hubs.
//
//   - The address that a hub is given holds an id and its signature, and each hub has a secret of
//     its own. All follow from the bot's token, so that neither address nor secret is in Redis,
//     and who knocks at another address costs no question to Redis.
//   - What a hub is asked for is noted before it is asked: a program that is killed in between asks
//     again later, and another one that leads then knows.
//   - Whatever a hub does or leaves undone, the source is polled by the clock all the same.
package websub

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/redis/go-redis/v9"

	"kabarchy/feeds/fetch"
)

// Offer is who tells at once of a source's news.
type Offer struct {
	Hubs  []string // addresses
	Topic string   // the address under which they know the source
}

// Options are what a subscriber is made of. All but Registerer must be set.
type Options struct {
	Redis redis.UniversalClient
	// Address is where hubs reach this program, such as https://bot.example.kg/websub.
	Address string
	// Key is a secret that all instances have.
	Key string
	// Fetching is how hubs are asked.
	Fetching fetch.Options
	// Offers returns what each configured source offers; one that is configured and offers
	// nothing has an empty offer.
	Offers func(context.Context) (map[string]Offer, error)
	// News is told that a source has news.
	News       func(ctx context.Context, source string) error
	Log        *slog.Logger
	Registerer prometheus.Registerer
}

// Subscriber subscribes at hubs, and is the http.Handler that they call.
type Subscriber struct {
	Options
	store    store
	client   *fetch.Client
	requests *prometheus.CounterVec
	refused  noted
}

// patience is how long a hub may take to answer.
const patience = 10 * time.Second

// New makes a subscriber. It asks nobody for anything yet: see Run.
func New(o Options) *Subscriber {
	o.Log = o.Log.With("component", "websub")
	o.Fetching.Timeout = patience
	return &Subscriber{
		Options: o, store: store{o.Redis}, client: fetch.New(o.Fetching),
		requests: promauto.With(o.Registerer).NewCounterVec(prometheus.CounterOpts{
			Name: "kabarchy_hub_requests_total",
			Help: "Requests of hubs, by what they were (subscribe, unsubscribe, denied, news, other) and by what they were answered.",
		}, []string{"what", "answer"}),
	}
}
