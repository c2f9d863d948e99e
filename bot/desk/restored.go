package desk

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"
)

// Restored has what a backup brought back wait for a person, where it may have been sent since
// the backup was taken: what was due meanwhile is late, by however little, and what was being
// sent is stopped. What takes back is done: it tells nobody anything. It returns of how many
// cases it decided so, and is called while nobody else is at the desk.
func Restored(ctx context.Context, rdb redis.UniversalClient, log *slog.Logger) (decided int, err error) {
	d := &Desk{rdb: rdb, log: log.With("component", "desk"), clock: time.Now}
	open, err := d.Open(ctx)
	if err != nil {
		return 0, fmt.Errorf("what a backup brought back: %w", err)
	}
	for _, c := range open {
		verb, reason := c.afterRestore(d.moment())
		if verb == "" {
			continue
		}
		if err := d.act(ctx, c, verb, reason); err != nil {
			return decided, fmt.Errorf("what a backup brought back: %w", err)
		}
		decided++
	}
	return decided, nil
}

// afterRestore is what is done with a case that a backup brought back, if anything.
func (c Case) afterRestore(now time.Time) (verb Verb, reason string) {
	switch {
	case c.Kind == Withdraw:
	case c.Status == Approved && !c.Due.After(now):
		return Miss, MissedLate
	case c.Status == Sending && c.Kind == Announce:
		return Stop, ""
	}
	return "", ""
}
