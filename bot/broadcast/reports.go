package broadcast

import (
	"context"
	"time"
)

// reports is how many finished broadcasts Progress lists.
const reports = 50

// Progress lists the running broadcasts and the last finished ones, newest first. It reads Redis, so it answers on every instance.
func (e *Engine) Progress(ctx context.Context) ([]Progress, error) { return e.History(ctx, reports) }

// Failures lists the chats that a broadcast could not reach, with the reason each.
func (e *Engine) Failures(ctx context.Context, broadcast int64) (map[string]string, error) {
	return e.options.Redis.HGetAll(ctx, keyFailed(broadcast)).Result()
}

// HeldBroadcasts lists those that wait for a person's decision, the oldest first, each
// with Progress.Held set. It reads Redis, so it answers on every instance.
func (e *Engine) HeldBroadcasts(ctx context.Context) ([]Progress, error) {
	running, err := e.plans.running(ctx)
	if err != nil {
		return nil, err
	}
	var held []Progress
	for _, b := range running {
		if b.Held != "" && !b.Stop {
			held = append(held, b.progress(time.Now()))
		}
	}
	return held, nil
}
