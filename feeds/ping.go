package feeds

import (
	"context"
	"fmt"
	"time"
)

// pingEvery is how often a source is polled at most because somebody says that it has news, and
// pingFailing how often one that fails.
const (
	pingEvery   = 5 * time.Second
	pingFailing = time.Minute
)

// Ping says that a source has news: [Poller.Run] polls it at once, or where a ping had it polled
// just now, pingEvery later. Who pings often has it polled no more often than that.
func (p *Poller) Ping(id string) error {
	s, ok := p.sources[id]
	if !ok {
		return fmt.Errorf("feeds: source %q: %w", id, ErrUnknownSource)
	}
	select {
	case s.pinged <- struct{}{}:
	default: // what was said before is not done yet
	}
	return nil
}

// answerPings polls a source each time that it is said to have news. poll returns whether it had
// any. A site may say so before its own feed does: then the feed is looked at once more. A site
// that fails is given time: what was said meanwhile waits, and is not forgotten.
func (s *polled) answerPings(ctx context.Context, poll func() (news bool)) {
	for again := false; ; {
		if !again {
			select {
			case <-s.pinged:
			case <-ctx.Done():
				return
			}
			if !sleep(ctx, s.health.untilPing(time.Now())) {
				return
			}
		}
		again = !poll() && !again && s.health.get().Failures < 2
		if !sleep(ctx, pingEvery) {
			return
		}
	}
}

// untilPing is for how long a source is left alone though it is said to have news. A site that wants
// to be left alone by the clock says itself that now is the time.
func (h *health) untilPing(now time.Time) time.Duration {
	is := h.get()
	if is.Failures == 0 || h.due(now) {
		return 0
	}
	return is.LastAttempt.Add(pingFailing).Sub(now)
}

// sleep waits, and reports whether ctx is not done before that is over.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
