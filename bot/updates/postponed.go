package updates

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// keyPostponed is a hash: the number of an update → the update as Telegram brought it.
const keyPostponed = "{news}:postponed"

// postponedFor is how long an update is kept that nobody comes back to. Telegram keeps
// one as long.
const postponedFor = 24 * time.Hour

// postponed keeps updates whose work takes long, because one chat or one part of Redis
// does. Telegram hands out no more than a hundred that it was not told to forget: those
// kept here it may forget, and others get their turn. They are done with by whoever put
// them here, or after a crash by the next who receives updates.
type postponed struct {
	rdb redis.UniversalClient // nil: nothing is kept
}

// keep keeps updates by their numbers.
func (p postponed) keep(ctx context.Context, updates map[int64]json.RawMessage) error {
	fields := make([]any, 0, 2*len(updates))
	for id, raw := range updates {
		fields = append(fields, strconv.FormatInt(id, 10), string(raw))
	}
	_, err := p.rdb.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		pipe.HSet(ctx, keyPostponed, fields...)
		pipe.Expire(ctx, keyPostponed, postponedFor)
		return nil
	})
	if err != nil {
		return fmt.Errorf("postpone %d updates: %w", len(updates), err)
	}
	return nil
}

// forget forgets updates that are done with.
func (p postponed) forget(ctx context.Context, updates []int64) error {
	fields := make([]string, len(updates))
	for i, id := range updates {
		fields[i] = strconv.FormatInt(id, 10)
	}
	if err := p.rdb.HDel(ctx, keyPostponed, fields...).Err(); err != nil {
		return fmt.Errorf("forget %d postponed updates: %w", len(updates), err)
	}
	return nil
}

// all returns what is kept, by number.
func (p postponed) all(ctx context.Context) (map[int64]json.RawMessage, error) {
	kept, err := p.rdb.HGetAll(ctx, keyPostponed).Result()
	if err != nil {
		return nil, fmt.Errorf("read the postponed updates: %w", err)
	}
	updates := make(map[int64]json.RawMessage, len(kept))
	for field, raw := range kept {
		if id, err := strconv.ParseInt(field, 10, 64); err == nil {
			updates[id] = json.RawMessage(raw)
		}
	}
	return updates, nil
}
