package report

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds"
)

// Keeper writes how the sources are to Redis when it changes, so that every instance can show
// it. It is for the instance that leads, and for one goroutine.
type Keeper struct {
	rdb     redis.UniversalClient
	written map[string]feeds.Health
	before  map[string]feeds.Health // as they were when this began; nil until they are read
}

// NewKeeper returns one that has written nothing yet.
func NewKeeper(rdb redis.UniversalClient) *Keeper {
	return &Keeper{rdb: rdb, written: make(map[string]feeds.Health)}
}

// recall reads how the sources were before: an instance that has just begun to lead does not
// know when one was last read that fails since.
func (k *Keeper) recall(ctx context.Context) error {
	if k.before != nil {
		return nil
	}
	list, err := Sources(ctx, k.rdb)
	if err != nil {
		return err
	}
	k.before = make(map[string]feeds.Health, len(list))
	for _, h := range list {
		k.before[h.Source] = h
	}
	return nil
}

// Keep writes what is another than before of the sources, the minutes of their polls included.
// Of one that was not asked since the start, what was known before stays; of one that is no
// more, it goes.
func (k *Keeper) Keep(ctx context.Context, list []feeds.Health) error {
	if err := k.recall(ctx); err != nil {
		return err
	}
	known, err := k.rdb.HKeys(ctx, keyHealth).Result()
	if err != nil {
		return fmt.Errorf("keep how the sources are: %w", err)
	}
	var gone []string
	for _, source := range known {
		if !slices.ContainsFunc(list, func(h feeds.Health) bool { return h.Source == source }) {
			gone = append(gone, source)
		}
	}
	values, now := []any{}, make(map[string]feeds.Health)
	for _, h := range list {
		if was := k.before[h.Source]; h.LastSuccess.IsZero() && !was.LastSuccess.IsZero() {
			h.LastSuccess, h.Due = was.LastSuccess, was.Due
		}
		h.URL = "" // it is in the configuration, and may hold a password
		text, err := json.Marshal(h)
		if err != nil {
			return fmt.Errorf("keep how source %s is: %w", h.Source, err)
		}
		if now[h.Source] = toMinute(h); !h.LastAttempt.IsZero() && (now[h.Source] != k.written[h.Source] || !slices.Contains(known, h.Source)) {
			values = append(values, h.Source, text)
		}
	}
	pipe := k.rdb.TxPipeline()
	if len(gone) > 0 {
		pipe.HDel(ctx, keyHealth, gone...)
	}
	if len(values) > 0 {
		pipe.HSet(ctx, keyHealth, values...)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("keep how the sources are: %w", err)
	}
	k.written = now
	return nil
}

// toMinute is how a source is, with its polls to the minute.
func toMinute(h feeds.Health) feeds.Health {
	for _, at := range []*time.Time{&h.LastAttempt, &h.LastSuccess, &h.NextPoll, &h.Due} {
		*at = at.Truncate(time.Minute)
	}
	return h
}

// Sources returns how the sources are, as the instance that leads last wrote it, by their ids.
func Sources(ctx context.Context, rdb redis.UniversalClient) ([]feeds.Health, error) {
	kept, err := rdb.HGetAll(ctx, keyHealth).Result()
	if err != nil {
		return nil, fmt.Errorf("read how the sources are: %w", err)
	}
	var list []feeds.Health
	for source, text := range kept {
		h := feeds.Health{}
		if err := json.Unmarshal([]byte(text), &h); err != nil {
			return nil, fmt.Errorf("read how source %s is: %w", source, err)
		}
		list = append(list, h)
	}
	slices.SortFunc(list, func(a, b feeds.Health) int { return cmp.Compare(a.Source, b.Source) })
	return list, nil
}
