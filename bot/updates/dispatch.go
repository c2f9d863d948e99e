package updates

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"kabarchy/bot/telegram"
)

// updateDeadline bounds one try at an update. It is longer than a Redis client takes to
// find that its server is gone, so that an outage is seen as one.
const updateDeadline = 20 * time.Second

// longestHold is how long who brought an update is kept waiting for the next try.
const longestHold = time.Second

// Handler does the work of updates. Its methods are called for several chats at once.
type Handler interface {
	// Start is called before the first update is asked for. It does not wait.
	Start()
	// Concerns reports whether the update is for the bot. Others are left alone, before they
	// take the place of anything else.
	Concerns(u telegram.Update) bool
	// Personal reports whether a press is its sender's own affair wherever the button stands:
	// nothing changes for others, so that it need not wait behind theirs.
	Personal(c telegram.Callback) bool
	// IsCommand reports whether the message is a command, which is not to be lost.
	IsCommand(m telegram.Message) bool
	// Handle does the update's work. It may run again, and does no harm then; a panic is an
	// error.
	Handle(ctx context.Context, u telegram.Update) error
	// Busy asks the sender of an update to wait, whose chat has too many in line.
	Busy(ctx context.Context, u telegram.Update) error
	// Passes reports whether an error of Handle's will be over by itself, so that the update
	// is tried again for as long as Telegram would keep it.
	Passes(err error) bool
	// Finish waits for what is still on its way to people, until ctx is done.
	Finish(ctx context.Context)
}

// Options are what a Dispatcher is made of.
type Options struct {
	Client  *telegram.Client
	Handler Handler
	// Queue has what concerns one chat in order; one of its own if nil.
	Queue *ChatQueue
	// Log hears of what goes wrong; nothing if nil.
	Log *slog.Logger
	// Registerer takes the metrics; none are kept if nil.
	Registerer prometheus.Registerer
}

// Dispatcher brings updates to the handler, those of one chat one after the other in their
// order, and again where that has sense. It is safe for concurrent use.
type Dispatcher struct {
	client  *telegram.Client
	handler Handler
	queue   *ChatQueue
	typists typists
	log     *slog.Logger
	metrics *metrics
}

// NewDispatcher returns a dispatcher that has nothing to do yet: see NewPoller and NewWebhook.
func NewDispatcher(o Options) *Dispatcher {
	if o.Queue == nil {
		o.Queue = &ChatQueue{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Dispatcher{client: o.Client, handler: o.Handler, queue: o.Queue, log: o.Log, metrics: newMetrics(o.Registerer)}
}

// job is an update that has its place in the order of its chat.
type job struct {
	dispatcher *Dispatcher
	update     telegram.Update
	ticket     ticket
	busy       bool // the update is answered with a request to wait
	// overtaken is closed when a newer update has made this one idle; nil where none does.
	overtaken <-chan struct{}
}

// accept reads an update and gives it its place behind those of its chat that were
// accepted before. It returns nil for one that nothing is left to do for: one that can't
// be read, is not for the bot, or is of a chat with too many in line; that is counted.
// Each job must be run.
func (d *Dispatcher) accept(ctx context.Context, raw json.RawMessage) *job {
	var u telegram.Update
	if err := json.Unmarshal(raw, &u); err != nil {
		d.metrics.updates.WithLabelValues("unknown", "unreadable").Inc()
		d.log.ErrorContext(ctx, "update can't be read", "update", u.ID, "error", err)
		return nil
	}
	if !d.handler.Concerns(u) {
		d.metrics.updates.WithLabelValues(kindOf(u), "ignored").Inc()
		return nil
	}
	if u.InlineQuery != nil {
		place, overtaken := d.typists.enter(u.InlineQuery.From.ID)
		return &job{dispatcher: d, update: u, ticket: place, overtaken: overtaken}
	}
	lane, most := d.laneOf(u), d.room(u)
	if lane == 0 {
		lane = u.ID
	}
	ticket, ok := d.queue.enter(lane, most)
	if !ok {
		d.metrics.updates.WithLabelValues(kindOf(u), "dropped").Inc()
		if most == commandDepth {
			d.log.WarnContext(ctx, "command dropped: its chat has sent too many", "chat", lane, "update", u.ID)
		}
		return nil
	}
	return &job{dispatcher: d, update: u, ticket: ticket, busy: most == laneDepth && ticket.depth == laneDepth}
}

// Handle brings one update to its end: that is how a webhook feeds the bot. It returns
// an error only if the context ended before, or would; the update should then come again.
func (d *Dispatcher) Handle(ctx context.Context, raw json.RawMessage) error {
	j := d.accept(ctx, raw)
	if j == nil {
		return nil
	}
	return j.run(ctx, ctx)
}

// run handles the update when its turn has come, and tries again for as long as that has
// sense. It returns an error only if the context ended before, or would before the next
// try; once stopping is done, no other try is begun.
func (j *job) run(ctx, stopping context.Context) error {
	defer j.ticket.leave()
	ctx, end := j.untilOvertaken(ctx)
	defer end()
	err := j.ticket.wait(ctx)
	if err == nil {
		err = j.handle(ctx, stopping)
	}
	if err != nil && errors.Is(context.Cause(ctx), errOvertaken) {
		j.dispatcher.metrics.updates.WithLabelValues(kindOf(j.update), "dropped").Inc()
		return nil
	}
	return err
}

// handle is run for a job whose turn has come.
func (j *job) handle(ctx, stopping context.Context) error {
	d, kind, began := j.dispatcher, kindOf(j.update), time.Now()
	for try := 1; ; try++ {
		err := j.try(ctx)
		if ctx.Err() != nil && err != nil {
			return ctx.Err()
		}
		if err == nil || telegram.Harmless(err) {
			d.metrics.updates.WithLabelValues(kind, "handled").Inc()
			d.metrics.seconds.WithLabelValues(kind).Observe(time.Since(began).Seconds())
			return nil
		}
		life, pause := retryPolicy(err, try, d.handler.Passes)
		if life = min(life, lifeOf(j.update)); life == 0 || time.Since(began)+pause > life {
			d.metrics.updates.WithLabelValues(kind, "given_up").Inc()
			d.log.ErrorContext(ctx, "update given up", "update", j.update.ID, "kind", kind, "tries", try, "error", err)
			return nil
		}
		if try == 1 {
			d.log.WarnContext(ctx, "update is tried again", "update", j.update.ID, "kind", kind, "error", err)
		}
		d.metrics.retries.Inc()
		if end, ends := ctx.Deadline(); ends && min(time.Until(end), longestHold) < pause {
			return &laterError{pause, err}
		}
		if err := j.pause(stopping, pause); err != nil {
			return err
		}
	}
}

// pause waits before the next try; for less where a newer update makes it idle.
func (j *job) pause(stopping context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-j.overtaken:
		return nil
	case <-stopping.Done():
		return stopping.Err()
	}
}

// laterError says that an update is to come again, and after how long.
type laterError struct {
	after time.Duration
	err   error
}

func (e *laterError) Error() string { return fmt.Sprintf("again in %s: %v", e.after, e.err) }

// Unwrap returns why.
func (e *laterError) Unwrap() error { return e.err }

// try runs the handler once, under the deadline.
func (j *job) try(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, updateDeadline)
	defer cancel()
	if j.busy {
		return j.dispatcher.handler.Busy(ctx, j.update)
	}
	return j.dispatcher.handler.Handle(ctx, j.update)
}
