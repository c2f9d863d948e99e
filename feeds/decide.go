package feeds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// withdrawScript takes an item back.
//
// KEYS: 1 items · 2 outbox · 3 counter · 4 held · 5 latest of the item's language · 6
// the key of its text: who publishes it anew means it
// ARGV: 1 now · 2 item id · 3 its record as read · 4 its new record · 5 the kind
// Result: 1; -1 for a conflict.
var withdrawScript = redis.NewScript(announceLua + `
if redis.call('HGET', KEYS[1], ARGV[2]) ~= ARGV[3] then return -1 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[4])
redis.call('ZREM', KEYS[5], ARGV[2])
redis.call('HDEL', KEYS[4], ARGV[2])
redis.call('DEL', KEYS[6])
announce(KEYS[2], KEYS[3], ARGV[5], ARGV[2], ARGV[1])
return 1
`)

// Withdraw takes an item back: it leaves the latest lists, and its withdrawal is
// announced, in one step. A withdrawn item is not withdrawn again; ErrNotFound where
// there is no such item.
func (a *Archive) Withdraw(ctx context.Context, id string) error {
	for range attempts {
		r, err := a.record(ctx, id)
		if err != nil {
			return fmt.Errorf("withdraw: %w", err)
		}
		if r.Withdrawn {
			return nil
		}
		next := r.record
		next.Withdrawn = true
		raw, err := json.Marshal(next)
		if err != nil {
			return fmt.Errorf("withdraw: %w", err)
		}
		keys := []string{keyItems, keyOutbox, keyCounter, keyHeld, keyLatest(r.Language), keyText(textPrint(r.Item))}
		done, err := withdrawScript.Run(ctx, a.rdb, keys, stamp(time.Now()), id, r.raw, string(raw), string(Withdrawn)).Int()
		if err != nil {
			return fmt.Errorf("withdraw item %s: %w", id, err)
		}
		if done == 1 {
			return nil
		}
	}
	return fmt.Errorf("withdraw item %s: %w", id, errConflict)
}

// releaseScript announces what was held.
//
// KEYS: 1 held · 2 outbox · 3 counter
// ARGV: 1 now · 2 item id · 3 the kind
// Result: 1; 0 where nothing is held under that id.
var releaseScript = redis.NewScript(announceLua + `
if redis.call('HDEL', KEYS[1], ARGV[2]) == 0 then return 0 end
announce(KEYS[2], KEYS[3], ARGV[3], ARGV[2], ARGV[1])
return 1
`)

// Release announces a held item after all; ErrNotFound where it is not held.
func (a *Archive) Release(ctx context.Context, id string) error {
	raw, err := a.rdb.HGet(ctx, keyHeld, id).Result()
	if errors.Is(err, redis.Nil) {
		return fmt.Errorf("release item %s: %w", id, ErrNotFound)
	}
	var held Held
	if err == nil {
		err = json.Unmarshal([]byte(raw), &held)
	}
	if err != nil {
		return fmt.Errorf("release item %s: %w", id, err)
	}
	done, err := releaseScript.Run(ctx, a.rdb, []string{keyHeld, keyOutbox, keyCounter}, stamp(time.Now()), id, string(held.Kind)).Int()
	if err != nil {
		return fmt.Errorf("release item %s: %w", id, err)
	}
	if done == 0 {
		return fmt.Errorf("release item %s: %w", id, ErrNotFound)
	}
	return nil
}

// Dismiss lets a held item rest in the archive unannounced; ErrNotFound where it is
// not held.
func (a *Archive) Dismiss(ctx context.Context, id string) error {
	n, err := a.rdb.HDel(ctx, keyHeld, id).Result()
	if err != nil {
		return fmt.Errorf("dismiss item %s: %w", id, err)
	}
	if n == 0 {
		return fmt.Errorf("dismiss item %s: %w", id, ErrNotFound)
	}
	return nil
}
