package updates

import (
	"context"
	"time"

	"kabarchy/bot/telegram"
)

// recurs is within what time something has happened again, and not anew.
const recurs = time.Minute

// recurring counts what happens again and again, also where a request succeeds in between.
type recurring struct {
	times int
	last  time.Time
}

// again counts one more time, and returns how many there were before it.
func (r *recurring) again(now time.Time) int {
	if now.Sub(r.last) >= recurs {
		r.times = 0
	}
	r.times, r.last = r.times+1, now
	return r.times - 1
}

// failed does what follows from a request for updates that failed: it says so, and returns
// how long to wait before the next.
func (p *polling) failed(ctx context.Context, err error, failures int) (pause time.Duration) {
	pause = pauseAfter(err, failures)
	switch telegram.ReasonOf(err) {
	case telegram.WebhookActive:
		again := p.webhooks.again(time.Now())
		if p.leaveWebhook(ctx, again) == nil && again == 0 {
			return 0
		}
		// Its deletion does not take, or somebody sets it again.
		pause = max(pause, telegram.Backoff(time.Second, longestPause, again))
		p.complain(ctx, "a webhook is set again and again: does another program use this bot?", err, max(1, again))
	case telegram.OtherProgram:
		// One alone may be the end of a request of our own, or of another instance's, from
		// before this process was stopped for a while.
		if again := p.conflicts.again(time.Now()); again > 0 {
			p.complain(ctx, "another program receives this bot's updates: stop that one", err, again)
		} else {
			p.dispatcher.metrics.pollFailures.Inc()
			p.dispatcher.log.InfoContext(ctx, "another request for updates ended this one; that may be one of this service's own", "error", err)
		}
	default:
		p.complain(ctx, "updates can't be received", err, failures)
	}
	return pause
}

// complain logs a failure of the loop at its first time and then ever more seldom.
func (p *polling) complain(ctx context.Context, what string, err error, failures int) {
	p.dispatcher.metrics.pollFailures.Inc()
	if telegram.WorthLogging(failures) {
		p.dispatcher.log.ErrorContext(ctx, what, "failures", failures, "error", err)
	}
}

// leaveWebhook has updates come by long polling again. What waits for delivery stays.
func (p *polling) leaveWebhook(ctx context.Context, again int) error {
	if err := p.dispatcher.client.Call(ctx, "deleteWebhook", map[string]string{"drop_pending_updates": "false"}, nil); err != nil {
		return err
	}
	if again == 0 {
		p.dispatcher.log.WarnContext(ctx, "a webhook was set: it is deleted, since updates are received by long polling here")
	}
	return nil
}
