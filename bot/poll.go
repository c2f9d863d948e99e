package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

const (
	pollWait   = 50 * time.Second // the longest that Telegram holds a request open
	pollMargin = 15 * time.Second // on top of it, for the network
	pollBatch  = 100              // Telegram's most

	// stopWithin is how long updates in work may take to end after a stop was asked for.
	stopWithin = 5 * time.Second
)

// Run receives updates by long polling until the context ends, and then until those in
// work are done with. It returns nil then, and an error if the token is wrong.
//
// Telegram takes an update for confirmed when the next one is asked for. So the loop
// asks from the oldest update that is not done with yet, and passes over those that it
// knows: a slow update keeps no later one waiting, and none is lost.
func (b *Bot) Run(ctx context.Context) error {
	if err := b.learnName(ctx); err != nil {
		return err
	}
	// Updates in work outlive the stop by a little.
	working, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(stopWithin, abandon) })()

	p := &poller{bot: b, done: make(chan result, pollBatch), open: make(map[int64]bool)}
	err := p.loop(ctx, working)
	p.drain()
	p.confirm(working)
	return err
}

// poller is the loop's memory. It belongs to one goroutine.
type poller struct {
	bot     *Bot
	offset  int64          // the oldest update that is not done with
	newest  int64          // the newest one seen
	open    map[int64]bool // updates from offset on, and whether they are done with
	working int            // how many are not
	done    chan result
}

// result says that a job has ended, and whether its update is done with.
type result struct {
	update  int64
	handled bool
}

func (p *poller) loop(ctx, working context.Context) error {
	grace, failures := shortestGrace, 0
	for ctx.Err() == nil {
		batch, err := p.fetch(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			failures++
			if meaningOf(err) == unauthorizedCall {
				return fmt.Errorf("telegram does not know this token: %w", err)
			}
			if meaningOf(err) == webhookActive && p.bot.leaveWebhook(ctx) == nil {
				continue
			}
			p.complain(ctx, err, failures)
			if sleep(ctx, pauseAfter(err, failures)) != nil {
				return nil
			}
			continue
		}
		if failures > 0 {
			p.bot.log.InfoContext(ctx, "telegram answers again", "failures", failures)
			failures = 0
		}
		if p.start(working, batch) > 0 {
			grace = shortestGrace
		} else {
			grace = min(2*grace, longestGrace)
		}
		p.settle(ctx, grace)
	}
	return nil
}

// While updates are in work, Telegram answers at once with those it was told nothing
// of. The grace keeps the loop from asking too often then.
const (
	shortestGrace = 25 * time.Millisecond
	longestGrace  = 500 * time.Millisecond
)

func (p *poller) fetch(ctx context.Context) ([]json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, pollWait+pollMargin)
	defer cancel()
	var batch []json.RawMessage
	err := p.bot.client.call(ctx, "getUpdates", map[string]string{
		"offset":          strconv.FormatInt(p.offset, 10),
		"limit":           strconv.Itoa(pollBatch),
		"timeout":         strconv.Itoa(int(pollWait.Seconds())),
		"allowed_updates": allowedUpdates,
	}, &batch)
	return batch, err
}

// start sets the new ones of a batch to work and returns how many there were.
func (p *poller) start(ctx context.Context, batch []json.RawMessage) (fresh int) {
	for _, raw := range batch {
		var head struct {
			ID int64 `json:"update_id"`
		}
		if err := json.Unmarshal(raw, &head); err != nil || head.ID == 0 {
			p.bot.metrics.updates.WithLabelValues("unknown", "unreadable").Inc()
			p.bot.log.ErrorContext(ctx, "update without a number", "error", err)
			continue
		}
		if _, known := p.open[head.ID]; known {
			continue
		}
		if head.ID < p.offset { // after a silent week Telegram counts from another number
			p.offset, p.newest = head.ID, 0
		}
		p.newest = max(p.newest, head.ID)
		fresh++
		j := p.bot.accept(ctx, raw)
		p.open[head.ID] = j == nil
		if j == nil {
			continue
		}
		p.working++
		go func() { p.done <- result{head.ID, j.run(ctx) == nil} }()
	}
	return fresh
}

// settle waits until all updates in work are done with, for no longer than the grace,
// and moves the offset to the first that is not.
func (p *poller) settle(ctx context.Context, grace time.Duration) {
	defer p.advance()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	for p.working > 0 {
		select {
		case r := <-p.done:
			p.note(r)
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (p *poller) note(r result) {
	p.working--
	p.open[r.update] = r.handled
}

func (p *poller) advance() {
	p.offset = p.newest + 1
	for id, handled := range p.open {
		if !handled {
			p.offset = min(p.offset, id)
		}
	}
	for id := range p.open {
		if id < p.offset {
			delete(p.open, id)
		}
	}
}

// drain waits for the updates in work; the context they run under sees to it that they end.
func (p *poller) drain() {
	for p.working > 0 {
		p.note(<-p.done)
	}
	p.advance()
}

// confirm tells Telegram what is done with, so that it does not come again at the next
// start. That would do no harm, so a failure does none either.
func (p *poller) confirm(ctx context.Context) {
	if p.newest == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	_ = p.bot.client.call(ctx, "getUpdates", map[string]string{
		"offset": strconv.FormatInt(p.offset, 10), "limit": "1", "timeout": "0", "allowed_updates": allowedUpdates,
	}, nil)
}

// complain logs a failure of the loop at its first time and then ever more seldom.
func (p *poller) complain(ctx context.Context, err error, failures int) {
	p.bot.metrics.pollFailures.Inc()
	if failures&(failures-1) != 0 {
		return
	}
	text := "updates can't be received"
	if meaningOf(err) == otherReader {
		text = "another program receives this bot's updates: stop that one"
	}
	p.bot.log.ErrorContext(ctx, text, "failures", failures, "error", err)
}

func pauseAfter(err error, failures int) time.Duration {
	_, pause := patience(err, failures)
	if meaningOf(err) == otherReader {
		return max(pause, 3*time.Second)
	}
	return max(pause, shortestPause)
}
