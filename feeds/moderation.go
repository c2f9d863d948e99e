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
// KEYS: 1 items · 2 outbox · 3 counter · 4 held · 5 latest of the item's language
// ARGV: 1 now · 2 item id · 3 its record as read · 4 its new record · 5 the kind
// Result: 1; -1 for a conflict.
var withdrawScript = redis.NewScript(announceLua + fileLua + `
if redis.call('HGET', KEYS[1], ARGV[2]) ~= ARGV[3] then return -1 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[4])
redis.call('ZREM', KEYS[5], ARGV[2])
file(KEYS[5], ARGV[2], ARGV[3], ARGV[4])
redis.call('HDEL', KEYS[4], ARGV[2])
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
		keys := []string{keyItems, keyOutbox, keyCounter, keyHeld, keyLatest(r.Language)}
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

// decideScript carries out what a person decided of a held item.
//
// KEYS: 1 held · 2 items · 3 outbox · 4 counter · 5 latest of the item's language
// ARGV: 1 now · 2 item id · 3 its record as read · 4 its new record · 5 the kind to
// announce, empty for none · 6 its score in the latest list, where it is not there yet
// Result: 1; 0 where nothing is held under that id; -1 for a conflict.
var decideScript = redis.NewScript(announceLua + fileLua + `
if redis.call('HEXISTS', KEYS[1], ARGV[2]) == 0 then return 0 end
if redis.call('HGET', KEYS[2], ARGV[2]) ~= ARGV[3] then return -1 end
redis.call('HDEL', KEYS[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[2], ARGV[4])
if ARGV[5] ~= '' then
  redis.call('ZADD', KEYS[5], 'NX', ARGV[6], ARGV[2])
  file(KEYS[5], ARGV[2], ARGV[3], ARGV[4])
  announce(KEYS[3], KEYS[4], ARGV[5], ARGV[2], ARGV[1])
end
return 1
`)

// Release announces a held item after all; ErrNotFound where it is not held.
func (a *Archive) Release(ctx context.Context, id string) error {
	err := a.settle(ctx, id, func(r *record, held Held) AnnouncementKind {
		r.Waits, r.Other, r.Moved, r.Behind, r.Shown = "", "", false, false, nil
		r.Untold = r.Untold && held.Kind != Published
		if r.Site != nil && held.Kind == Corrected {
			r.Item, r.Site = r.onSite(), nil
			r.Revision, r.Changed = r.Revision+1, time.Now()
		}
		return held.Kind
	})
	if err != nil {
		return fmt.Errorf("release item %s: %w", id, err)
	}
	return nil
}

// Dismiss lets a held item rest in the archive unannounced; ErrNotFound where it is
// not held. What only repeated another item is told all the same should it become an
// item of its own.
func (a *Archive) Dismiss(ctx context.Context, id string) error {
	err := a.settle(ctx, id, func(r *record, held Held) AnnouncementKind {
		if r.Moved && held.Kind == Published {
			r.Alias = r.Other
		}
		if held.Reason == HeldDoubtful {
			r.Waits = "" // Other stays: what the site makes of it next may be that one as well.
		}
		r.Left, r.Behind = r.Left || held.Reason == HeldFlapping, false
		return ""
	})
	if err != nil {
		return fmt.Errorf("dismiss item %s: %w", id, err)
	}
	return nil
}

// settle ends the holding of an item. What is decided changes its record, and says what to announce.
func (a *Archive) settle(ctx context.Context, id string, decide func(*record, Held) AnnouncementKind) error {
	for range attempts {
		raw, err := a.rdb.HGet(ctx, keyHeld, id).Result()
		if errors.Is(err, redis.Nil) {
			return ErrNotFound
		}
		var held Held
		if err == nil {
			err = json.Unmarshal([]byte(raw), &held)
		}
		if err != nil {
			return err
		}
		r, err := a.record(ctx, id)
		if err != nil {
			return err
		}
		next := r.record
		kind := decide(&next, held)
		record, err := json.Marshal(next)
		if err != nil {
			return err
		}
		keys := []string{keyHeld, keyItems, keyOutbox, keyCounter, keyLatest(r.Language)}
		now := time.Now()
		switch done, err := decideScript.Run(ctx, a.rdb, keys, stamp(now), id, r.raw, string(record), string(kind), score(r.Item, now, 0)).Int(); {
		case err != nil:
			return err
		case done == 0:
			return ErrNotFound
		case done == 1:
			return nil
		}
	}
	return errConflict
}
