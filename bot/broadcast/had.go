package broadcast

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kabarchy/feeds"
)

// What of a digest's items a chat has had otherwise, and what it has had by a digest.

// unread leaves out what a chat has had at once, or by another digest: it was urgent, or the
// chat's times have changed since.
func (r *runner) unread(ctx context.Context, j *job, chat int64, chosen []digestItem) (items []feeds.Item, err error) {
	for _, item := range chosen {
		line, has, err := r.engine.ledger.get(ctx, item.ledger, chat)
		if err != nil {
			return nil, err
		}
		if !has {
			has, err = r.engine.had(ctx, item, chat)
			if err != nil {
				return nil, err
			}
		} else if line == digestHas(j.ID) || line.Reason != "" && line.Reason != inDigest {
			has = false
		}
		if !has {
			items = append(items, item.Item)
		}
	}
	return items, nil
}

// had reports whether a chat had an item at once whose ledger may have expired: a week's
// digest comes after it.
func (e *Engine) had(ctx context.Context, item digestItem, chat int64) (bool, error) {
	if time.Since(item.at) < e.options.Keep {
		return false, nil // the ledger has not
	}
	has, err := e.options.Redis.HExists(ctx, keyHad(item.ledger), id(chat)).Result()
	if err != nil {
		return false, fmt.Errorf("read whether chat %d had item %s: %w", chat, item.ID, err)
	}
	return has, nil
}

// keepHad notes what a chat that had all at once had in this hour, for the digests that it
// is to get: their first one reaches back to the hour's begin.
func (e *Engine) keepHad(ctx context.Context, chat int64) error {
	hour := time.Now().Truncate(time.Hour)
	current, err := e.plans.running(ctx)
	if err != nil {
		return err
	}
	ended, err := e.plans.finishedSince(ctx, hour)
	if err != nil {
		return err
	}
	for _, b := range append(current, ended...) {
		if b.Kind != News || b.PlannedAt < hour.UnixMilli() {
			continue
		}
		line, has, err := e.ledger.get(ctx, b.Ledger, chat)
		if err != nil {
			return err
		}
		if !has || line.Reason != "" {
			continue
		}
		pipe := e.options.Redis.TxPipeline()
		pipe.HSet(ctx, keyHad(b.Ledger), chat, 1)
		pipe.Expire(ctx, keyHad(b.Ledger), digestReach+24*time.Hour)
		if _, err := pipe.Exec(ctx); err != nil {
			return fmt.Errorf("note that chat %d had item %s: %w", chat, b.Item, err)
		}
	}
	return nil
}

// digestHas is the line of an item's ledger that says that the chat has it by this digest.
func digestHas(digest int64) entry { return entry{Message: Message{ID: -digest}, Reason: inDigest} }

// noteDigested notes which items a digest brought, where they were still on their way to
// others as it began: a chat that wants all at once from now on would have them twice.
func (r *runner) noteDigested(ctx context.Context, t *task, brought []feeds.Item) error {
	for _, item := range t.job.items {
		if !item.onItsWay || !slices.ContainsFunc(brought, func(i feeds.Item) bool { return i.ID == item.ID }) {
			continue
		}
		err := r.persist(ctx, "note what a digest brought", func() error {
			_, has, err := r.engine.ledger.get(ctx, item.ledger, t.chat)
			if err != nil || has {
				return err
			}
			return r.engine.ledger.writeLate(ctx, note{item.ledger, t.chat, digestHas(t.job.ID)})
		})
		if err != nil {
			return err
		}
	}
	return nil
}
