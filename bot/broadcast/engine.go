package broadcast

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"kabarchy/bot/lease"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// Options are what an engine needs.
type Options struct {
	Redis   redis.UniversalClient
	Store   *subscriptions.Store
	Archive *feeds.Archive
	Sender  Sender
	// Zone is the ministry's: quiet hours and digests follow it; UTC unless set.
	Zone *time.Location
	// Topics are the configured ones, by id, with the numbers that preferences hold.
	Topics map[string]subscriptions.Topic
	// Says reads a text for those who follow words: what it returns reports whether the text
	// says a word or a phrase in any form. May be nil: then nobody gets anything for a word.
	Says func(text string) func(phrase string) bool
	// Lease, where several instances run: nothing is sent or saved without it.
	Lease *lease.Lease

	// MessagesPerSecond is the rate over all chats; 0 means no limit but the chats' own.
	MessagesPerSecond float64
	// Limiter, where answers to people draw on the same budget; MessagesPerSecond is not
	// looked at then.
	Limiter *Limiter
	// PaidADay is how many messages may be paid for in a day of the ministry's zone, where the
	// limiter has a rate for that; none unless it is set.
	PaidADay int
	// Keep is how long a ledger is kept after its broadcast ended, and with it the
	// possibility to correct or withdraw the item; 72 hours unless set.
	Keep time.Duration
	// GiveUpAfter is how long a message that fails for passing or unknown reasons is
	// tried again, counted from its first failure; 24 hours unless set.
	GiveUpAfter time.Duration
	// Grace is how long messages on their way may take after Run's context is done; 25
	// seconds unless set, which is longer than the client waits for an answer.
	Grace time.Duration

	// Brake says what people have stopped. May be nil: then nothing is.
	Brake Brake

	// OnHold is called when a broadcast was held, or can't be planned; it must not block. May be nil.
	OnHold func()

	Log        *slog.Logger
	Registerer prometheus.Registerer
}

// Engine runs the broadcasts. Run must be going on one instance at a time; the other
// methods work on every instance.
type Engine struct {
	options      Options
	plans        plans
	ledger       ledger
	ledgerWriter *ledgerWriter
	retries      retries
	suspects     suspects
	promises     promises
	stars        stars
	unplanned    unplanned
	metrics      *metrics
	breaker      *breaker
	wake         chan struct{}
	audience     audience
}

// New makes an engine.
func New(o Options) *Engine {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Keep == 0 {
		o.Keep = 72 * time.Hour
	}
	if o.GiveUpAfter == 0 {
		o.GiveUpAfter = 24 * time.Hour
	}
	if o.Grace == 0 {
		o.Grace = 25 * time.Second
	}
	if o.Limiter == nil {
		o.Limiter = NewLimiter(o.MessagesPerSecond)
	}
	lines := newLedger(o.Redis)
	writer := newLedgerWriter(lines, o.Log)
	fence := func() string { return "" }
	if o.Lease != nil {
		fence = o.Lease.Value
		o.Lease.Before = writer.writeLeft
	}
	records := plans{o.Redis, fence}
	return &Engine{
		options:      o,
		plans:        records,
		ledger:       lines,
		ledgerWriter: writer,
		retries:      retries{o.Redis},
		suspects:     suspects{o.Redis},
		promises:     promises{o.Redis},
		stars:        stars{records, o.PaidADay, o.Zone},
		metrics:      newMetrics(o.Registerer, o.Limiter),
		breaker:      newBreaker(o.Limiter, o.Log),
		wake:         make(chan struct{}, 1),

		audience: audience{zone: o.Zone, topics: o.Topics},
	}
}

// Paused returns why nothing is sent to anybody, and until when at least: from then on
// one message at a time looks whether it is over. why is empty while sending goes on. It
// tells of this instance alone.
func (e *Engine) Paused() (until time.Time, why string) { return e.breaker.paused() }

// Unplanned is how many announcements can't be made broadcasts for a fault of the program.
// It tells of this instance alone; complete says that since Run began here all were tried.
func (e *Engine) Unplanned() (n int, complete bool) { return e.unplanned.count() }

// leads reports whether this instance may send now.
func (e *Engine) leads() bool { return e.options.Lease == nil || e.options.Lease.Held() }

// Wake makes the engine look for announcements now.
func (e *Engine) Wake() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// joinScript notes a chat that may be owed what is being sent now.
//
// KEYS[1] the running set, [2] the list of those who joined
// ARGV[1] the chat, and after a space what its id was where that has changed
var joinScript = redis.NewScript(`
if redis.call('ZCARD', KEYS[1]) > 0 then redis.call('RPUSH', KEYS[2], ARGV[1]) end
return 1
`)

// Joined is called when a chat subscribed or changed what it wants. Running broadcasts
// then bring it what it does not have, also where their walk has passed it.
func (e *Engine) Joined(ctx context.Context, chat int64) error {
	if err := e.note(ctx, id(chat)); err != nil {
		return fmt.Errorf("catch chat %d up: %w", chat, err)
	}
	return nil
}

func (e *Engine) note(ctx context.Context, who string) error {
	err := joinScript.Run(ctx, e.options.Redis, []string{keyRunning, keyJoined}, who).Err()
	if err == nil {
		e.Wake()
	}
	return err
}
