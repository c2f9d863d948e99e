package broadcast

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// A digest is planned for each full hour, whether anybody wants one at that hour or
// not: who does is found by the walk. Its number is the hour's, below zero, so that an
// hour is planned once however often the program starts.

// digestReach is how far back a digest reaches, after a long pause or outage.
const digestReach = 31 * 24 * time.Hour

// planDigests plans the digest of this hour. Where others went by without one, nobody
// having been at work, it is theirs as well: however late, a chat gets one. The first time
// there is none: nobody is owed anything from before.
func (r *runner) planDigests(ctx context.Context) error {
	hour := time.Now().Unix() / 3600
	last, err := r.engine.plans.lastDigest(ctx)
	if err != nil || last >= hour {
		return err
	}
	if last == 0 {
		return r.engine.plans.firstDigest(ctx, hour)
	}
	p := plan{
		ID: -hour, Ledger: -hour, Kind: Digest, Item: digestName,
		PlannedAt: time.Unix(hour*3600, 0).UnixMilli(), From: last,
	}
	planned, err := r.engine.plans.add(ctx, p)
	if err != nil {
		return err
	}
	r.planned[p.ID] = planned
	return nil
}

// firstDigest notes an hour of which no digest is planned, as the first one.
func (s plans) firstDigest(ctx context.Context, hour int64) error {
	if err := s.rdb.SetNX(ctx, keyDigested, hour, 0).Err(); err != nil {
		return fmt.Errorf("note the first digest's hour: %w", err)
	}
	return nil
}

// lastDigest returns the last hour whose digest was planned, in hours since 1970; 0 for none.
func (s plans) lastDigest(ctx context.Context) (int64, error) {
	last, err := s.rdb.Get(ctx, keyDigested).Int64()
	if err != nil && !errors.Is(err, redis.Nil) {
		return 0, fmt.Errorf("read the last digest's hour: %w", err)
	}
	return last, nil
}

// digestItems returns what was announced before an hour, newest first. What was archived
// and never announced is not among it, nor what was withdrawn or ended by a person.
func (r *runner) digestItems(ctx context.Context, hour time.Time) ([]digestItem, error) {
	begin := hour.Add(-digestReach)
	current, err := r.engine.plans.running(ctx)
	if err != nil {
		return nil, err
	}
	ended, err := r.engine.plans.finishedSince(ctx, begin)
	if err != nil {
		return nil, err
	}
	var announced []digestItem
	for _, b := range append(current, ended...) {
		at := time.UnixMilli(b.PlannedAt)
		if b.Kind != News || b.Stop || at.After(hour) || at.Before(begin) || r.hadAtOnce(b, hour) {
			continue
		}
		item, err := r.engine.options.Archive.Item(ctx, b.Item)
		if errors.Is(err, feeds.ErrNotFound) || err == nil && item.Withdrawn {
			continue
		}
		if err != nil {
			return nil, err
		}
		announced = append(announced, digestItem{item, at, b.Ledger, b.Finished == 0})
	}
	slices.SortStableFunc(announced, func(a, b digestItem) int {
		return cmp.Or(b.at.Compare(a.at), strings.Compare(a.ID, b.ID))
	})
	return announced, nil
}

// hadAtOnce reports whether all readers have had an item before an hour, whatever their times,
// and the ledger that says so may be gone: it was urgent, and ended long ago.
func (r *runner) hadAtOnce(b record, hour time.Time) bool {
	return b.Urgent && b.Finished > 0 && hour.Sub(time.Unix(b.Finished, 0)) > r.engine.options.Keep
}

// selection returns the items of a digest that a chat reads: of the editions of one
// item, that in its main language. There are none where no digest is due to the chat.
func (r *runner) selection(j *job, p subscriptions.Preferences) []digestItem {
	due := r.engine.audience.digestDue(p, j.from(), j.plannedAt())
	if due.IsZero() {
		return nil
	}
	since := r.engine.audience.covers(p, j.from())
	var chosen []digestItem
	at := make(map[int64]int) // by ledger
	for _, item := range j.items {
		if !item.at.After(since) || item.at.After(due) || !r.engine.audience.reads(p, &item.Item) {
			continue
		}
		if r.haltOf(plan{Kind: News, Item: item.ID}) != "" {
			continue
		}
		i, has := at[item.ledger]
		switch {
		case !has:
			at[item.ledger] = len(chosen)
			chosen = append(chosen, item)
		case slices.Index(p.Languages, item.Language) < slices.Index(p.Languages, chosen[i].Language):
			chosen[i] = item
		}
	}
	return chosen
}

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
// digest comes after it. What was urgent everybody had.
func (e *Engine) had(ctx context.Context, item digestItem, chat int64) (bool, error) {
	if time.Since(item.at) < e.options.Keep {
		return false, nil // the ledger has not
	}
	has, err := e.options.Redis.HExists(ctx, keyHad(item.ledger), id(chat)).Result()
	if err != nil {
		return false, fmt.Errorf("read whether chat %d had item %s: %w", chat, item.ID, err)
	}
	return has || item.Urgent, nil
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

// KeepDigests is to be called before a chat's times change: the digests that are under way
// reach it by its present ones. It returns until which hour digests have been planned, for
// subscriptions.Preferences.Reschedule. It works on every instance, and where no digest was
// planned yet: from this hour on the chat may be owed one.
func (e *Engine) KeepDigests(ctx context.Context, chat int64) (until time.Time, err error) {
	last, err := e.plans.lastDigest(ctx) // first: what is planned meanwhile is among the running ones
	if err != nil {
		return until, err
	}
	if last == 0 {
		last = time.Now().Unix() / 3600
		if err := e.plans.firstDigest(ctx, last); err != nil {
			return until, err
		}
	}
	running, err := e.plans.running(ctx)
	if err != nil {
		return until, err
	}
	p, _, err := e.options.Store.Get(ctx, chat)
	if err != nil && !errors.As(err, new(*subscriptions.Unreadable)) {
		return until, err
	}
	if p.When.Rhythm == subscriptions.AtOnce {
		if err := e.keepHad(ctx, chat); err != nil {
			return until, err
		}
	}
	for _, b := range running {
		if b.Kind != Digest {
			continue
		}
		last = max(last, -b.ID)
		if j := (&job{plan: b.plan}); e.audience.digestDue(p, j.from(), j.plannedAt()).IsZero() {
			continue
		}
		if err := e.promises.keep(ctx, b.ID, chat, p); err != nil {
			return until, err
		}
	}
	return time.Unix(last*3600, 0), nil
}
