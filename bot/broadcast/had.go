package broadcast

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds"
)

// What of a digest's items a chat has had otherwise, and what it has had by a digest.

// unread leaves out what a chat has had at once, or by another digest: it was urgent, or the
// chat's times have changed since.
func (r *runner) unread(ctx context.Context, j *job, chat int64, chosen []digestItem) (items []feeds.Item, err error) {
	had, err := r.engine.had(ctx, j.ID, chat, chosen)
	if err != nil {
		return nil, err
	}
	for i, item := range chosen {
		line, has, err := r.engine.ledger.get(ctx, item.ledger, chat)
		if err != nil {
			return nil, err
		}
		if line == digestHas(j.ID) || line.Reason != "" && line.Reason != inDigest {
			has = false
		}
		if !has && !had[i] {
			items = append(items, item.Item)
		}
	}
	return items, nil
}

// had reports of which items it is noted, but in their ledgers, that a chat has had them
// otherwise than by a digest. It had them at once, and the ledger may have expired, as a week's
// digest comes after it; or another digest brought them.
func (e *Engine) had(ctx context.Context, digest, chat int64, items []digestItem) ([]bool, error) {
	had := make([]bool, len(items))
	if len(items) == 0 {
		return had, nil
	}
	pipe := e.options.Redis.Pipeline()
	notes := make([]*redis.StringCmd, len(items))
	for i, item := range items {
		notes[i] = pipe.HGet(ctx, keyHad(item.ledger), id(chat))
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("read what chat %d had: %w", chat, err)
	}
	for i, note := range notes {
		had[i] = note.Err() == nil && note.Val() != id(digest)
	}
	return had, nil
}

// noteHad notes that a chat has had an item by a digest of that number, or at once: then by is 1.
func (e *Engine) noteHad(ctx context.Context, ledger, chat, by int64) error {
	pipe := e.options.Redis.TxPipeline()
	pipe.HSet(ctx, keyHad(ledger), chat, by)
	pipe.Expire(ctx, keyHad(ledger), digestReach+24*time.Hour)
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("note that chat %d had what stands in ledger %d: %w", chat, ledger, err)
	}
	return nil
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
		if err := e.noteHad(ctx, b.Ledger, chat, 1); err != nil {
			return err
		}
	}
	return nil
}

// digestHas is the line of an item's ledger that says that the chat has it by this digest.
func digestHas(digest int64) entry { return entry{Message: Message{ID: -digest}, Reason: inDigest} }

// noteDigested notes which items a digest brought, where they were still on their way to
// others as it began: a chat that wants all at once from now on would have them twice. It notes
// all of them where the chat may be about to change its times without knowing of this digest:
// the next one would bring them again. That one's further parts come by the former times, too.
func (r *runner) noteDigested(ctx context.Context, t *task, d Delivery, more bool) error {
	changing := t.job.changing[t.chat]
	if changing && more {
		err := r.persist(ctx, "keep a digest", func() error { return r.engine.promises.keep(ctx, t.job.ID, t.chat, d.Preferences) })
		if err != nil {
			return err
		}
	}
	for _, item := range t.job.items {
		if !slices.ContainsFunc(d.Items, func(i feeds.Item) bool { return i.ID == item.ID && !i.Withdrawn }) {
			continue
		}
		err := r.persist(ctx, "note what a digest brought", func() error {
			if changing {
				if err := r.engine.noteHad(ctx, item.ledger, t.chat, t.job.ID); err != nil {
					return err
				}
			}
			if more || !item.onItsWay {
				return nil
			}
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
