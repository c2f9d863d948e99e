package broadcast

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
)

// A group that becomes a supergroup gets a new id, and stands in another bucket from then
// on: a walk may have passed the one and not yet have come to the other. So it is noted
// among those who joined, and whoever leads brings it what is running and it does not
// have. Its old messages are out of reach under the new id.

// Move carries a group over to its new id: its preferences, its lines in the ledgers and
// in the lists of failures. Running broadcasts reach it there. It is idempotent, and
// works on every instance.
func (e *Engine) Move(ctx context.Context, from, to int64) error {
	// The ledger goes first: who is found under the new id has to be found there as well.
	if err := e.carry(ctx, from, to); err != nil {
		return err
	}
	// It is noted before it moves: a broadcast that looks for it under its old id in vain
	// must not end before it is tried under the new one.
	if err := e.note(ctx, fmt.Sprintf("%d %d", to, from)); err != nil {
		return fmt.Errorf("catch chat %d up, which was %d: %w", to, from, err)
	}
	if err := e.options.Store.Move(ctx, from, to); err != nil {
		return err
	}
	ledgers, err := e.ledgers(ctx)
	if err != nil {
		return err
	}
	return e.ledger.erase(ctx, ledgers, from)
}

// carry copies what the ledgers and the lists of failures say of a group.
func (e *Engine) carry(ctx context.Context, from, to int64) error {
	ledgers, err := e.ledgers(ctx)
	if err != nil {
		return err
	}
	for _, number := range ledgers {
		line, has, err := e.ledger.get(ctx, number, from)
		if err != nil {
			return err
		}
		_, known, err := e.ledger.get(ctx, number, to)
		if err != nil {
			return err
		}
		if has && !known {
			line.ID, line.Caption = 0, false // there are other messages under these numbers
			if err := e.ledger.copy(ctx, number, from, to, line); err != nil {
				return err
			}
		}
	}
	ids, err := e.plans.all(ctx)
	if err != nil {
		return err
	}
	return e.retries.move(ctx, ids, from, to)
}

// copy writes a chat's line for another one. It expires with the first one.
func (l ledger) copy(ctx context.Context, number, from, to int64, line entry) error {
	if err := errors.Join(l.write(ctx, []note{{number, to, line}})...); err != nil {
		return err
	}
	life, err := l.rdb.PTTL(ctx, keySent(number, subscriptions.BucketOf(from))).Result()
	if err != nil {
		return fmt.Errorf("read how long ledger %d lives: %w", number, err)
	}
	if life > 0 {
		if err := l.rdb.PExpire(ctx, keySent(number, subscriptions.BucketOf(to)), life).Err(); err != nil {
			return fmt.Errorf("let ledger %d expire: %w", number, err)
		}
	}
	return nil
}

// moved are the lists that name chats and are kept when one gets another id.
var moved = []func(broadcast int64) string{keyFailed, keyPromised, keyHad}

// move renames a chat in the lists that are kept. In the retry sets it needs no place: under
// its new name it is tried anyway.
func (r retries) move(ctx context.Context, broadcasts []int64, from, to int64) error {
	var keys []string
	for _, broadcast := range broadcasts {
		for _, key := range moved {
			keys = append(keys, key(broadcast))
		}
	}
	pipe := r.rdb.Pipeline()
	values := make([]*redis.StringCmd, len(keys))
	for i, key := range keys {
		values[i] = pipe.HGet(ctx, key, id(from))
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return fmt.Errorf("move chat %d in the lists of broadcasts: %w", from, err)
	}
	pipe = r.rdb.Pipeline()
	for i, key := range keys {
		if values[i].Err() == nil {
			pipe.HSet(ctx, key, to, values[i].Val())
			pipe.HDel(ctx, key, id(from))
		}
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("move chat %d in the lists of broadcasts: %w", from, err)
	}
	return nil
}
