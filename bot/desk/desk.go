package desk

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2"
	"github.com/redis/go-redis/v9"

	"kabarchy/bot/broadcast"
	"kabarchy/feeds"
)

// Archive is where the desk's news goes: feeds.Archive is one.
type Archive interface {
	Item(ctx context.Context, id string) (feeds.Item, error)
	Editions(ctx context.Context, id string) (map[string]feeds.Item, error)
	Publish(ctx context.Context, editions []feeds.Item) error
	Revise(ctx context.Context, id string, text feeds.Text, by string) error
	Withdraw(ctx context.Context, id string) error
	Announcements(ctx context.Context, limit int) ([]feeds.Announcement, error)
	Latest(ctx context.Context, language string, offset, count int) ([]feeds.Item, error)
	// Shown is an item as phones show it, OnSite as its site does.
	Shown(ctx context.Context, id string) (feeds.Item, error)
	OnSite(ctx context.Context, id string) (feeds.Item, error)
	Held(ctx context.Context) ([]feeds.Held, error)
	Release(ctx context.Context, item string) error
	Dismiss(ctx context.Context, item string) error
}

var _ Archive = (*feeds.Archive)(nil)

// Engine sends it: broadcast.Engine is one.
type Engine interface {
	Progress(ctx context.Context) ([]broadcast.Progress, error)
	Reach(ctx context.Context, editions []feeds.Item, at time.Time) (broadcast.Reach, error)
	// Reports are the broadcasts of an item, Retry tries those again whom one gave up.
	Reports(ctx context.Context, item string) ([]broadcast.Report, error)
	Retry(ctx context.Context, broadcast int64) (n int, err error)
	// Budget is what may be paid for, Paid for how many messages of an item it was.
	Budget(ctx context.Context) (broadcast.Budget, error)
	Paid(ctx context.Context, ledger int64) (messages int, err error)
	Wake()
}

var _ Engine = (*broadcast.Engine)(nil)

// Options are what a desk needs.
type Options struct {
	Redis   redis.UniversalClient
	Archive Archive
	Engine  Engine
	// Bot is this bot's user id: pictures of another are left out.
	Bot int64
	// Writing: there are officers. Without it nobody writes and nobody is invited; what goes
	// out can be stopped and withdrawn.
	Writing bool
	// People are those of the configuration; who was invited is in Redis.
	People []Person
	// One: who wrote a text may approve it.
	One bool
	// Alone may approve their own texts where these are urgent.
	Alone []int64
	// Hold is how long what is approved can be taken back, before it goes; 30 seconds
	// unless set. What is urgent waits for 10 at most.
	Hold time.Duration
	// CorrectWithin is how long after an item's last broadcast it can be corrected and taken
	// back; 72 hours unless set.
	CorrectWithin time.Duration
	// PerSecond is how many messages go out over all chats; Telegram's 30 unless set.
	PerSecond float64
	// Topics are the ids of the configured ones.
	Topics []string
	// Zone is the ministry's; UTC unless set.
	Zone *time.Location
	// Ask asks a link whether it answers: status is that of an answer that is none, 0 where
	// there was no answer at all. It must dial public addresses alone. May be nil.
	Ask func(ctx context.Context, link string) (status int, err error)
	Log *slog.Logger
}

// Desk is the press office. It is safe for concurrent use, also by several processes.
type Desk struct {
	options Options
	rdb     redis.UniversalClient
	log     *slog.Logger
	clock   func() time.Time // other than time.Now in tests of clocks that differ
	// approved are the holds of cases: when this process saw first that each was approved.
	approved sync.Map
	// retried are the versions of cases whose broadcasts this process has had tried again.
	retried sync.Map
	// links are what links said when they were asked.
	links *lru.Cache[string, linkAnswer]
}

// New makes a desk. It fails where what it needs is missing.
func New(o Options) (*Desk, error) {
	if o.Redis == nil || o.Archive == nil || o.Engine == nil {
		return nil, errors.New("desk: a Redis, an archive and an engine are needed")
	}
	o.Hold = cmp.Or(o.Hold, 30*time.Second)
	o.CorrectWithin = cmp.Or(o.CorrectWithin, 72*time.Hour)
	o.PerSecond = cmp.Or(o.PerSecond, 30)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	links, err := lru.New[string, linkAnswer](linksKnown)
	return &Desk{options: o, rdb: o.Redis, log: o.Log.With("component", "desk"), links: links, clock: time.Now}, err
}

// How many links' answers are remembered, and for how long.
const (
	linksKnown = 1000
	linkHolds  = 10 * time.Minute
)

// linkAnswer is what a link said when it was asked.
type linkAnswer struct {
	status int
	alive  bool
	at     time.Time
}

// attempts is how often an act is tried while others change the same case.
const attempts = 8

// errBusy is returned when others change the case again and again.
var errBusy = errors.New("others change it all the time")
