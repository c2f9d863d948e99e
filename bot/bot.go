package bot

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/prometheus/client_golang/prometheus"

	"kabarchy/bot/desk"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/search"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// Subscriptions is what the conversation needs of the store.
type Subscriptions interface {
	Get(ctx context.Context, chat int64) (subscriptions.Preferences, bool, error)
	Update(ctx context.Context, chat int64, change func(p *subscriptions.Preferences, known bool)) (subscriptions.Preferences, error)
	MarkUnreachable(ctx context.Context, chat int64, status subscriptions.Status, at time.Time) (marked bool, err error)
	MarkReachable(ctx context.Context, chat int64) (p subscriptions.Preferences, known, back bool, err error)
	Forget(ctx context.Context, chat int64) error
	Move(ctx context.Context, from, to int64) error
}

// Archive is what the conversation needs of the news.
type Archive interface {
	Item(ctx context.Context, id string) (feeds.Item, error)
	Latest(ctx context.Context, language string, offset, count int) ([]feeds.Item, error)
	Listed(ctx context.Context, l feeds.List, offset, count int) ([]feeds.Item, error)
	Counts(ctx context.Context, lists []feeds.List) ([]int, error)
	Editions(ctx context.Context, id string) (map[string]feeds.Item, error)
	Texts(ctx context.Context, items []feeds.Item) (map[string]string, error)
}

// Counter adds up what people do, without a word of who did it. It returns at once.
type Counter interface {
	// Read counts a press on "Read in full" below an item.
	Read(item string)
	// FromPoster counts somebody who subscribed by a poster's link.
	FromPoster(label string)
}

// Options are what a bot is made of.
type Options struct {
	Client   *telegram.Client
	Store    Subscriptions
	Archive  Archive
	Articles Articles // nil where there are only summaries to read
	Ministry Ministry
	// Joined is told of every chat that subscribes or changes its language, so that
	// running broadcasts catch it up; it may be told more than once. Nobody is if nil.
	Joined func(ctx context.Context, chat int64) error
	// KeepDigests is called before a chat's times change: see broadcast.Engine.KeepDigests.
	// All digests that were due have been sent if nil.
	KeepDigests func(ctx context.Context, chat int64) (until time.Time, err error)
	// Forget deletes what else is kept of a chat whose person asked for that. Nothing if nil.
	Forget func(ctx context.Context, chat int64) error
	// Move carries what else is kept of a group over to the supergroup it has become.
	// Nothing if nil.
	Move func(ctx context.Context, from, to int64) error
	// Counter adds up what people do; nobody does if nil.
	Counter Counter
	// Queue has what concerns one chat in order: a text that had to be fetched is shown
	// behind what the chat has asked for since. It is shown at once if nil.
	Queue Queue
	// Groups keeps what a group gets below Telegram's limit; there is none if nil.
	Groups Groups
	// Topics are those to choose from; without any, the choice is not offered.
	Topics []render.Topic
	// Admins look after the bot; nobody does if it names none.
	Admins Admins
	// Desk is the press office's, with what Admins remembers in Redis; there is none if nil.
	Desk *desk.Desk
	// DeskPage is the address of the desk's pages for somebody at it; empty, or nil, where
	// there are none.
	DeskPage func(user int64) string
	// Previews show at the desk how a text will look; needed where there is one.
	Previews Previews
	// Zone is the one in which dates are written; UTC if nil.
	Zone *time.Location
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Log hears of what goes wrong; nothing if nil.
	Log *slog.Logger
	// Registerer takes the metrics; none are kept if nil.
	Registerer prometheus.Registerer
}

// Bot holds the conversation: it handles updates. It is safe for concurrent use.
type Bot struct {
	client   *telegram.Client
	store    Subscriptions
	archive  Archive
	finder   *search.Finder
	renderer render.Renderer
	ministry Ministry
	joined   func(ctx context.Context, chat int64) error
	digests  func(ctx context.Context, chat int64) (time.Time, error)
	forget   func(ctx context.Context, chat int64) error
	move     func(ctx context.Context, from, to int64) error
	taps     *taps
	topics   []render.Topic
	admins   Admins
	desk     *desk.Desk
	deskPage func(user int64) string
	previews Previews
	now      func() time.Time
	zone     *time.Location
	log      *slog.Logger
	metrics  *botMetrics
	guard    guard
	outbox   *outbox
	reads    *reads
	members  *lru.Cache[membership, standing]
	self     *telegram.Self

	renewals  renewals
	menuless  sync.Map // somebody at the desk whose menu Telegram does not take → menuless
	unreached sync.Map // an administrator who can't be written to → when to try again
}

// New returns a bot that does nothing yet: see Introduce and Handle.
func New(o Options) *Bot {
	nothing := func(context.Context, int64) error { return nil }
	if o.Joined == nil {
		o.Joined = nothing
	}
	if o.KeepDigests == nil {
		o.KeepDigests = func(context.Context, int64) (time.Time, error) { return time.Time{}, nil }
	}
	if o.Forget == nil {
		o.Forget = nothing
	}
	if o.Move == nil {
		o.Move = func(context.Context, int64, int64) error { return nil }
	}
	if o.Queue == nil {
		o.Queue = atOnce{}
	}
	if o.DeskPage == nil {
		o.DeskPage = func(int64) string { return "" }
	}
	if o.Groups == nil {
		o.Groups = unlimited{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Zone = cmp.Or(o.Zone, time.UTC)
	b := &Bot{
		client:   o.Client,
		store:    o.Store,
		archive:  o.Archive,
		finder:   search.NewFinder(o.Archive, o.Now),
		ministry: o.Ministry,
		joined:   o.Joined,
		digests:  o.KeepDigests,
		forget:   o.Forget,
		move:     o.Move,
		taps:     newTaps(o.Counter),
		topics:   o.Topics,
		admins:   o.Admins,
		desk:     o.Desk,
		deskPage: o.DeskPage,
		previews: o.Previews,
		now:      o.Now,
		zone:     o.Zone,
		renderer: render.Renderer{Zone: o.Zone, Topics: o.Topics, Now: o.Now},
		log:      o.Log,
		metrics:  newBotMetrics(o.Registerer),
		members:  rememberMembers(),
		renewals: newRenewals(),
	}
	b.self = telegram.NewSelf(o.Client, o.Log)
	b.guard = newGuard(o.Log, b.metrics.panics)
	b.outbox = newOutbox(o.Log, newAnswerMetrics(o.Registerer), b.guard, o.Groups)
	b.reads = newReads(o.Articles, o.Queue, o.Log, b.guard)
	return b
}

// Finish waits for the answers that are on their way, until ctx is done; what has to wait
// longer is given up. It is for who feeds the bot, when no update comes any more.
func (b *Bot) Finish(ctx context.Context) {
	b.reads.finish()
	b.outbox.finish(ctx)
	b.self.Finish()
}

// ReadArchive prepares the search, so that who searches first need not wait for it.
func (b *Bot) ReadArchive(ctx context.Context) error { return b.finder.Read(ctx, locale.Languages()) }
