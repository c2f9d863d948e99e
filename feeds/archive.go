package feeds

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// What the archive keeps in lists.
const (
	latestKept = 20_000 // items in the latest list of a language
)

// Archive keeps the items in Redis, and the outbox of what is to be told. It is safe
// for concurrent use, also by several processes.
type Archive struct {
	rdb redis.UniversalClient
}

// NewArchive returns the archive in rdb.
func NewArchive(rdb redis.UniversalClient) *Archive { return &Archive{rdb} }

// Item returns one item, also a withdrawn one; ErrNotFound where there is none.
func (a *Archive) Item(ctx context.Context, id string) (Item, error) {
	r, err := a.record(ctx, id)
	return r.Item, err
}

func (a *Archive) record(ctx context.Context, id string) (stored, error) {
	raw, err := a.rdb.HGet(ctx, keyItems, id).Result()
	if errors.Is(err, redis.Nil) {
		return stored{}, fmt.Errorf("item %s: %w", id, ErrNotFound)
	}
	if err != nil {
		return stored{}, fmt.Errorf("item %s: %w", id, err)
	}
	return readRecord(id, raw)
}

// records reads those of the given items that there are.
func (a *Archive) records(ctx context.Context, ids []string) (map[string]stored, error) {
	found := make(map[string]stored, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	values, err := a.rdb.HMGet(ctx, keyItems, ids...).Result()
	if err != nil {
		return nil, err
	}
	for i, v := range values {
		if raw, ok := v.(string); ok {
			if found[ids[i]], err = readRecord(ids[i], raw); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// Size returns how many items the archive holds.
func (a *Archive) Size(ctx context.Context) (int, error) {
	n, err := a.rdb.HLen(ctx, keyItems).Result()
	if err != nil {
		return 0, fmt.Errorf("size of the archive: %w", err)
	}
	return int(n), nil
}

// Announcements returns at most limit announcements that were not yet taken, oldest first.
func (a *Archive) Announcements(ctx context.Context, limit int) ([]Announcement, error) {
	if limit <= 0 {
		return nil, nil
	}
	raw, err := a.rdb.ZRange(ctx, keyOutbox, 0, int64(limit-1)).Result()
	if err != nil {
		return nil, fmt.Errorf("announcements: %w", err)
	}
	list := make([]Announcement, len(raw))
	for i := range raw {
		if err := json.Unmarshal([]byte(raw[i]), &list[i]); err != nil {
			return nil, fmt.Errorf("announcements: %w", err)
		}
	}
	return list, nil
}

// Announced takes an announcement out of the outbox. One that is not there is no error.
func (a *Archive) Announced(ctx context.Context, id int64) error {
	n := strconv.FormatInt(id, 10)
	if err := a.rdb.ZRemRangeByScore(ctx, keyOutbox, n, n).Err(); err != nil {
		return fmt.Errorf("announcement %d taken: %w", id, err)
	}
	return nil
}

// Held returns what waits for a person's decision, oldest first, and what one poll held
// in the order of its announcement.
func (a *Archive) Held(ctx context.Context) ([]Held, error) {
	raw, err := a.rdb.HVals(ctx, keyHeld).Result()
	if err != nil {
		return nil, fmt.Errorf("held items: %w", err)
	}
	list := make([]Held, len(raw))
	for i := range raw {
		if err := json.Unmarshal([]byte(raw[i]), &list[i]); err != nil {
			return nil, fmt.Errorf("held items: %w", err)
		}
	}
	slices.SortFunc(list, func(x, y Held) int {
		return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Source, y.Source), cmp.Compare(x.Order, y.Order))
	})
	return list, nil
}

// ErrArchive says that a poll failed on our side and not on the source's.
var ErrArchive = errors.New("the archive does not take it")
