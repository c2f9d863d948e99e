package feeds

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds/fetch"
)

// Restored has what came since a backup was taken wait for a person, after the backup was
// brought back: it may have been told then. What a source's next whole document shows that
// the archive does not know, or knows in other words, is held; and what stands in the outbox
// is planned and not sent. It is called while nobody polls.
func (a *Archive) Restored(ctx context.Context, at time.Time) error {
	states, err := a.rdb.HGetAll(ctx, keySources).Result()
	if err != nil {
		return fmt.Errorf("mark the sources: %w", err)
	}
	announced, err := a.rdb.ZRangeWithScores(ctx, keyOutbox, 0, -1).Result()
	if err != nil {
		return fmt.Errorf("mark the outbox: %w", err)
	}
	pipe := a.rdb.TxPipeline()
	for id, raw := range states {
		var state sourceState
		if err := json.Unmarshal([]byte(raw), &state); err != nil {
			return fmt.Errorf("mark source %s: %w", id, err)
		}
		state.Restored, state.Validators = at, fetch.Validators{} // "unchanged" would be said of a later document
		marked, err := json.Marshal(state)
		if err != nil {
			return fmt.Errorf("mark source %s: %w", id, err)
		}
		pipe.HSet(ctx, keySources, id, string(marked))
	}
	for _, z := range announced {
		var n Announcement
		if err := json.Unmarshal(fmt.Append(nil, z.Member), &n); err != nil {
			return fmt.Errorf("mark the outbox: %w", err)
		}
		n.Restored = n.Kind != Withdrawn // what takes back tells nobody anything
		marked, err := json.Marshal(n)
		if err != nil {
			return fmt.Errorf("mark the outbox: %w", err)
		}
		pipe.ZRem(ctx, keyOutbox, z.Member)
		pipe.ZAdd(ctx, keyOutbox, redis.Z{Score: z.Score, Member: string(marked)})
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("mark sources and outbox: %w", err)
	}
	return nil
}

// restored reports whether the source was not read whole since a backup was brought back.
func (s sourceState) restored() bool { return !s.Restored.IsZero() }
