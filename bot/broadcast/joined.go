package broadcast

import (
	"context"
	"fmt"
	"time"
)

// joinedBatch bounds the chats that are read at a time.
const joinedBatch = 100

// takeJoined brings the running broadcasts to chats that subscribed lately or have a new id,
// and those that are stopped once they go on. A chat that has the message already gets it no
// second time: it stands in the ledger.
func (r *runner) takeJoined(ctx context.Context) error {
	joined, err := r.engine.options.Redis.LRange(ctx, keyJoined, 0, joinedBatch-1).Result()
	if err != nil {
		return fmt.Errorf("read who joined: %w", err)
	}
	if len(joined) == 0 {
		return nil
	}
	current, err := r.engine.plans.running(ctx)
	if err != nil {
		return err
	}
	for _, member := range joined {
		var chat, former int64
		if n, err := fmt.Sscan(member, &chat, &former); n == 0 {
			r.log.Warn("no chat id among those who joined", "value", member, "error", err)
			continue
		}
		due := time.Now()
		if former != 0 {
			if due, err = r.follow(ctx, former, chat); err != nil {
				return err
			}
		}
		for _, b := range current {
			if b.Kind != News && former == 0 {
				continue
			}
			if err := r.tryAt(ctx, b.ID, chat, former, due); err != nil {
				return err
			}
		}
	}
	if err := r.engine.options.Redis.LTrim(ctx, keyJoined, int64(len(joined)), -1).Err(); err != nil {
		return fmt.Errorf("take who joined: %w", err)
	}
	r.engine.Wake() // there may be more
	return nil
}

// tryAt adds a chat to a broadcast's retry set, to be tried at a time. Where it stands there
// already, perhaps by its former id, its place and the message's age are kept.
func (r *runner) tryAt(ctx context.Context, broadcast, chat, former int64, due time.Time) error {
	waits, err := r.engine.retries.of(ctx, broadcast, chat, former)
	if err != nil {
		return err
	}
	if waits.due.Before(due) {
		waits.due = due
	}
	if err := r.engine.retries.put(ctx, broadcast, chat, waits); err != nil {
		return err
	}
	if j := r.find(broadcast); j != nil {
		r.queue.parkAnew(&task{job: j, chat: chat, attempts: waits.attempts, since: waits.since}, waits.due)
	}
	return nil
}

// nobodyJoins reports whether a broadcast that has nothing left to do may end: everybody who
// joined before that has been brought to it.
func (r *runner) nobodyJoins(ctx context.Context, j *job) (bool, error) {
	noted, err := r.engine.options.Redis.LLen(ctx, keyJoined).Result()
	if err != nil {
		return false, fmt.Errorf("read who joined: %w", err)
	}
	// Those who stood there a moment ago are in the queue by now.
	return noted == 0 && r.queue.idle(j), nil
}
