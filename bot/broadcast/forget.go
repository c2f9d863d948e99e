package broadcast

import (
	"context"
	"fmt"
	"slices"
	"time"
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
	pipe := e.options.Redis.Pipeline()
	for _, broadcast := range ids {
		pipe.HDel(ctx, keyRetry(broadcast), id(chat))
		pipe.HDel(ctx, keyFailed(broadcast), id(chat))
		pipe.HDel(ctx, keyDoubt(broadcast), id(chat))
		pipe.HDel(ctx, keyPromised(broadcast), id(chat))
		pipe.HDel(ctx, keyHad(broadcast), id(chat))
	}
	pipe.LRem(ctx, keyJoined, 0, chat)
	pipe.ZRem(ctx, keyChanging, chat)
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("forget chat %d: %w", chat, err)
	}
	return nil
}

// ledgers lists those that may still exist: the time of one begins when the last broadcast
// that needed it ends.
func (e *Engine) ledgers(ctx context.Context) ([]int64, error) {
	current, err := e.plans.running(ctx)
	if err != nil {
		return nil, err
	}
	ended, err := e.plans.finishedSince(ctx, time.Now().Add(-e.options.Keep-time.Hour))
	if err != nil {
		return nil, err
	}
	var numbers []int64
	for _, b := range append(current, ended...) {
		numbers = append(numbers, b.Ledger, b.outcomes())
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}
