package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"kabarchy/bot/locale"
	"kabarchy/bot/telegram"
)

// updateDeadline bounds one try at an update. It is longer than a Redis client takes to
// find that its server is gone, so that an outage is seen as one.
const updateDeadline = 20 * time.Second

// laneDepth is how many presses, searches and other words of one chat may wait for their
// turn. Who presses more wildly than that is told to wait, and then not heard until there
// is room again. Commands find room as long as nobody floods the bot with them, and what
// becomes of a chat always.
const (
	laneDepth    = 8
	commandDepth = 500
)

// longestHold is how long who brought an update is kept waiting for the next try.
const longestHold = time.Second

// job is an update that has its place in the order of its chat.
type job struct {
	bot    *Bot
	update telegram.Update
	ticket ticket
	busy   bool // the update is answered with a request to wait
}

// accept reads an update and gives it its place behind those of its chat that were
// accepted before. It returns nil for one that nothing is left to do for: one that can't
// be read, is not for the bot, or is of a chat with too many in line; that is counted.
// Each job must be run.
func (b *Bot) accept(ctx context.Context, raw json.RawMessage) *job {
	var u telegram.Update
	if err := json.Unmarshal(raw, &u); err != nil {
		b.metrics.updates.WithLabelValues("unknown", "unreadable").Inc()
		b.log.ErrorContext(ctx, "update can't be read", "update", u.ID, "error", err)
		return nil
	}
	b.self.Ask(ctx)
	if !b.concerns(u) {
		b.metrics.updates.WithLabelValues(kindOfUpdate(u), "ignored").Inc()
		return nil
	}
	lane, most := laneOf(u), b.room(u)
	if lane == 0 {
		lane = u.ID
	}
	ticket, ok := b.lanes.enter(lane, most)
	if !ok {
		b.metrics.updates.WithLabelValues(kindOfUpdate(u), "dropped").Inc()
		if most == commandDepth {
			b.log.WarnContext(ctx, "command dropped: its chat has sent too many", "chat", lane, "update", u.ID)
		}
		return nil
	}
	return &job{bot: b, update: u, ticket: ticket, busy: most == laneDepth && ticket.depth == laneDepth}
}

// Handle brings one update to its end: that is how a webhook feeds the bot. It returns
// an error only if the context ended before, or would; the update should then come again.
func (b *Bot) Handle(ctx context.Context, raw json.RawMessage) error {
	j := b.accept(ctx, raw)
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
	if err := j.ticket.wait(ctx); err != nil {
		return err
	}
	b, kind, began := j.bot, kindOfUpdate(j.update), time.Now()
	for try := 1; ; try++ {
		err := j.try(ctx)
		if ctx.Err() != nil && err != nil {
			return ctx.Err()
		}
		if err == nil || telegram.Harmless(err) {
			b.metrics.updates.WithLabelValues(kind, "handled").Inc()
			b.metrics.seconds.WithLabelValues(kind).Observe(time.Since(began).Seconds())
			return nil
		}
		life, pause := patience(err, try)
		if life == 0 || time.Since(began)+pause > life {
			b.metrics.updates.WithLabelValues(kind, "given_up").Inc()
			b.log.ErrorContext(ctx, "update given up", "update", j.update.ID, "kind", kind, "tries", try, "error", err)
			return nil
		}
		if try == 1 {
			b.log.WarnContext(ctx, "update is tried again", "update", j.update.ID, "kind", kind, "error", err)
		}
		b.metrics.retries.Inc()
		if end, ends := ctx.Deadline(); ends && min(time.Until(end), longestHold) < pause {
			return &laterError{pause, err}
		}
		if err := sleep(stopping, pause); err != nil {
			return err
		}
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

// try runs the handler once, under the deadline and safe from its panics.
func (j *job) try(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, updateDeadline)
	defer cancel()
	return j.bot.safely(ctx, func() error { return j.handle(ctx) })
}

// guard runs something, and makes an error of its panic.
type guard func(ctx context.Context, do func() error) error

// safely is the bot's guard: panics are logged and counted.
func (b *Bot) safely(ctx context.Context, do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			b.metrics.panics.Inc()
			b.log.ErrorContext(ctx, "handler panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: %v", errPanicked, p)
		}
	}()
	return do()
}

// errPanicked is what a panic comes to. It would come again: nothing is tried again for it.
var errPanicked = errors.New("handler panicked")

func (j *job) handle(ctx context.Context) error {
	switch {
	case !j.bot.self.Known() && needsName(j.update):
		j.bot.self.Ask(context.WithoutCancel(ctx))
		return errNameless
	case j.busy && j.update.Callback == nil:
		return nil
	case j.busy:
		return j.bot.answer(ctx, *j.update.Callback, reply{text: locale.For(j.update.Callback.From.LanguageCode).T("toast.busy", nil)}, false)
	}
	return j.bot.route(ctx, j.update)
}

func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// kindOfUpdate names the update for logs and metrics.
func kindOfUpdate(u telegram.Update) string {
	switch {
	case u.Message != nil:
		return "message"
	case u.ChannelPost != nil:
		return "channel_post"
	case u.Callback != nil:
		return "tap"
	case u.InlineQuery != nil:
		return "inline_query"
	case u.MyChatMember != nil:
		return "membership"
	default:
		return "other"
	}
}

// laneOf names whose updates have to keep their order with this one: the chat's, or the
// person's where there is no chat.
func laneOf(u telegram.Update) int64 {
	switch {
	case u.Message != nil:
		return u.Message.Chat.ID
	case u.ChannelPost != nil:
		return u.ChannelPost.Chat.ID
	case u.Callback != nil && u.Callback.Message != nil:
		return u.Callback.Message.Chat.ID
	case u.Callback != nil:
		return u.Callback.From.ID
	case u.InlineQuery != nil:
		return u.InlineQuery.From.ID
	case u.MyChatMember != nil:
		return u.MyChatMember.Chat.ID
	default:
		return 0
	}
}
