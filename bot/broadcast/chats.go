package broadcast

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kabarchy/subscriptions"
)

// Forget removes what the engine keeps of a chat: its lines in the ledgers, and in the
// lists of who waits for another attempt and whom nothing reached.
func (e *Engine) Forget(ctx context.Context, chat int64) error {
	ledgers, err := e.ledgers(ctx)
	if err != nil {
		return err
	}
	if err := e.ledger.erase(ctx, ledgers, chat); err != nil {
		return err
	}
	ids, err := e.plans.all(ctx)
	if err != nil {
		return err
	}
	pipe := e.Redis.Pipeline()
	for _, broadcast := range ids {
		pipe.HDel(ctx, keyRetry(broadcast), id(chat))
		pipe.HDel(ctx, keyFailed(broadcast), id(chat))
		pipe.HDel(ctx, keyDoubt(broadcast), id(chat))
		pipe.HDel(ctx, keyPromised(broadcast), id(chat))
	}
	pipe.LRem(ctx, keyJoined, 0, chat)
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("forget chat %d: %w", chat, err)
	}
	return nil
}

// KeepDigests is to be called before a chat's times change: the digests that are under way
// reach it by its present ones. It returns until which hour digests have been planned, for
// subscriptions.Preferences.Reschedule; the zero time where there were none yet. It works
// on every instance.
func (e *Engine) KeepDigests(ctx context.Context, chat int64) (until time.Time, err error) {
	last, err := e.plans.lastDigest(ctx) // first: what is planned meanwhile is among the running ones
	if err != nil {
		return until, err
	}
	running, err := e.plans.running(ctx)
	if err != nil {
		return until, err
	}
	p, _, err := e.Store.Get(ctx, chat)
	if err != nil && !errors.As(err, new(*subscriptions.Unreadable)) {
		return until, err
	}
	for _, b := range running {
		if b.Kind != Digest {
			continue
		}
		last = max(last, -b.ID)
		if r := (&run{plan: b.plan}); e.slot(p, r.from(), r.plannedAt()).IsZero() {
			continue
		}
		if err := e.promises.keep(ctx, b.ID, chat, p); err != nil {
			return until, err
		}
	}
	if last > 0 {
		until = time.Unix(last*3600, 0)
	}
	return until, nil
}

// ledgers lists those that may still exist: the time of one begins when the last broadcast
// that needed it ends.
func (e *Engine) ledgers(ctx context.Context) ([]int64, error) {
	current, err := e.plans.running(ctx)
	if err != nil {
		return nil, err
	}
	ended, err := e.plans.finishedSince(ctx, time.Now().Add(-e.Keep-time.Hour))
	if err != nil {
		return nil, err
	}
	var numbers []int64
	for _, b := range append(current, ended...) {
		numbers = append(numbers, b.Ledger)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}
