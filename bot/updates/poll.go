package updates

import (
	"context"
	"encoding/json"
	"maps"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/telegram"
)

const (
	pollWait   = 50 * time.Second // the longest that Telegram holds a request open
	pollMargin = 15 * time.Second // on top of it, for the network
	pollBatch  = 100              // Telegram's most

	// stopWithin is how long updates in work may take to end after a stop was asked for.
	stopWithin = 5 * time.Second
)

// Poller receives updates by long polling.
type Poller struct {
	dispatcher *Dispatcher
	postponed  postponed
}

// NewPoller returns a poller. Redis keeps updates whose work takes long; they stay with
// Telegram if it is nil.
func NewPoller(d *Dispatcher, rdb redis.UniversalClient) *Poller {
	return &Poller{dispatcher: d, postponed: postponed{rdb}}
}

// Run receives updates by long polling until the context ends, and then until those in
// work are done with. It returns nil then, and an error if the token is wrong.
//
// Telegram takes an update for confirmed when the next one is asked for. So the loop
// asks from the oldest update that is not done with yet, and passes over those that it
// knows: a slow update keeps no later one waiting, and none is lost. Since Telegram hands
// out no more than a hundred that way, what stays slow is kept in Redis and confirmed.
func (l *Poller) Run(ctx context.Context) error {
	// Updates in work outlive the stop by a little.
	working, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(stopWithin, abandon) })()

	l.dispatcher.handler.Start()
	p := newPolling(l)
	p.recover(ctx, working)
	err := p.loop(ctx, working)
	if err != nil {
		time.AfterFunc(stopWithin, abandon)
	}
	p.drain(working)
	p.confirm(working)
	p.dispatcher.handler.Finish(working)
	return err
}

// polling is the loop's memory. It belongs to one goroutine.
type polling struct {
	dispatcher *Dispatcher
	offset     int64           // the oldest update that is not done with
	newest     int64           // the newest one seen
	open       map[int64]*task // updates from offset on
	working    int             // how many are in work
	done       chan result
	backlog    backlog
	webhooks   recurring // a webhook was set
	conflicts  recurring // another request for updates ended ours
}

// task is an update that Telegram was not told to forget.
type task struct {
	raw   json.RawMessage
	since time.Time
	// over reports whether Telegram may forget it: it is done with, or kept in Redis.
	over bool
}

// result is that a job has ended, and whether its update is done with.
type result struct {
	update  int64
	handled bool
}

func newPolling(l *Poller) *polling {
	return &polling{dispatcher: l.dispatcher, done: make(chan result, pollBatch), open: make(map[int64]*task), backlog: newBacklog(l)}
}

func (p *polling) loop(ctx, working context.Context) error {
	grace, failures := shortestGrace, 0
	for ctx.Err() == nil {
		if p.working >= mostWorking {
			p.settle(ctx, working, longestGrace)
			continue
		}
		batch, err := p.fetch(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			failures++
			if wrong := telegram.WrongTokenError(err); wrong != nil {
				return wrong
			}
			if pause := p.failed(ctx, err, failures); pause > 0 {
				p.wait(ctx, working, pause)
			}
			continue
		}
		if failures > 0 {
			p.dispatcher.log.InfoContext(ctx, "telegram answers again", "failures", failures)
			failures = 0
		}
		if p.start(ctx, working, batch) > 0 {
			grace = shortestGrace
		} else {
			grace = min(2*grace, longestGrace)
		}
		p.settle(ctx, working, grace)
	}
	return nil
}

// mostWorking is how many updates may be in work; more are not asked for then.
const mostWorking = 4000

// While updates are in work, Telegram answers at once with those it was told nothing
// of. The grace keeps the loop from asking too often then.
const (
	shortestGrace = 25 * time.Millisecond
	longestGrace  = 250 * time.Millisecond
)

func (p *polling) fetch(ctx context.Context) ([]json.RawMessage, error) {
	wait := pollWait
	if p.working > 0 || p.backlog.busy() { // what ends meanwhile is not to wait for news
		wait = time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, wait+pollMargin)
	defer cancel()
	return p.dispatcher.client.GetUpdates(ctx, p.offset, pollBatch, wait)
}

// start sets the new ones of a batch to work and returns how many there were.
func (p *polling) start(ctx, working context.Context, batch []json.RawMessage) (fresh int) {
	for _, raw := range batch {
		var head struct {
			ID int64 `json:"update_id"`
		}
		if err := json.Unmarshal(raw, &head); err != nil || head.ID == 0 {
			p.dispatcher.metrics.updates.WithLabelValues("unknown", "unreadable").Inc()
			p.dispatcher.log.ErrorContext(ctx, "update without a number", "error", err)
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
		over := p.backlog.holds(head.ID) || !p.work(ctx, working, head.ID, raw)
		p.open[head.ID] = &task{raw: raw, since: time.Now(), over: over}
	}
	return fresh
}

// work begins to handle an update. It reports whether there is anything to do.
func (p *polling) work(ctx, working context.Context, update int64, raw json.RawMessage) bool {
	j := p.dispatcher.accept(working, raw)
	if j == nil {
		return false
	}
	p.working++
	go func() { p.done <- result{update, j.run(working, ctx) == nil} }()
	return true
}

// settle waits until all updates that Telegram was not told to forget are done with, for
// no longer than the grace, and moves the offset to the first that is not.
func (p *polling) settle(ctx, working context.Context, grace time.Duration) {
	defer p.advance()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	for p.unsettled() && p.hear(ctx, working, timer.C) {
	}
}

func (p *polling) unsettled() bool {
	if len(p.done) > 0 || p.working >= mostWorking || p.backlog.busy() {
		return true
	}
	for _, t := range p.open {
		if !t.over {
			return true
		}
	}
	return false
}

// wait hears what happens for so long.
func (p *polling) wait(ctx, working context.Context, pause time.Duration) {
	defer p.advance()
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for p.hear(ctx, working, timer.C) {
	}
}

// hear notes the next thing that happens; false when it is the timer, or the end.
func (p *polling) hear(ctx, working context.Context, timer <-chan time.Time) bool {
	p.postpone(working)
	select {
	case r := <-p.done:
		p.note(r)
	case k := <-p.backlog.kept:
		p.kept(k)
	case found := <-p.backlog.found:
		p.resume(ctx, working, found)
	case <-timer:
		return false
	case <-ctx.Done():
		return false
	}
	return true
}

func (p *polling) note(r result) {
	p.working--
	if !r.handled {
		return
	}
	p.backlog.over(r.update)
	if t := p.open[r.update]; t != nil {
		t.over = true
	}
}

func (p *polling) advance() {
	p.offset = p.newest + 1
	for id, t := range p.open {
		if !t.over {
			p.offset = min(p.offset, id)
		}
	}
	maps.DeleteFunc(p.open, func(id int64, t *task) bool { return id < p.offset || t.over && id > p.newest })
}

// drain waits for the updates in work; the context they run under sees to it that they end.
func (p *polling) drain(working context.Context) {
	for p.working > 0 {
		p.note(<-p.done)
	}
	p.close(working)
	p.advance()
}

// confirm tells Telegram what is done with, so that it does not come again at the next
// start. That would do no harm, so a failure does none either.
func (p *polling) confirm(ctx context.Context) {
	if p.newest == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	_, _ = p.dispatcher.client.GetUpdates(ctx, p.offset, 1, 0)
}
