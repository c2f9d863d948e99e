package feeds

import (
	"context"
	"fmt"
	"time"
)

// pingEvery is how often a source is polled at most because somebody says that it has news.
const pingEvery = 5 * time.Second

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
// any. A site may say so before its own feed does: then the feed is looked at once more.
func (s *polled) answerPings(ctx context.Context, poll func() (news bool)) {
	for again := false; ; {
		if !again {
			select {
			case <-s.pinged:
			case <-ctx.Done():
				return
			}
		}
		// A site that wants to be left alone by the clock says itself that now is the time. One
		// that fails does not know.
		news := true
		if s.health.get().Failures == 0 || s.health.due(time.Now()) {
			news = poll()
		}
		again = !again && !news
		select {
		case <-time.After(pingEvery):
		case <-ctx.Done():
			return
		}
	}
}
