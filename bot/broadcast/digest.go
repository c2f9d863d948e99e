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
	p := digestPlan(hour, last)
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
// and never announced is not among it. What was withdrawn or ended by a person keeps its place,
// as withdrawn: which part of a digest an item is in must not change while the parts go out.
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
		if b.Kind != News || at.After(hour) || at.Before(begin) || r.hadAtOnce(b, hour) {
			continue
		}
		item, err := r.engine.options.Archive.Item(ctx, b.Item)
		if errors.Is(err, feeds.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		item.Withdrawn = item.Withdrawn || b.Stop
		announced = append(announced, digestItem{item, r.engine.says(textOf(item)), at, b.Ledger, b.Finished == 0})
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
// item, that in its main language. What was withdrawn, ended or stopped is among them, as
// withdrawn, and is not shown. There are none where no digest is due to the chat.
func (r *runner) selection(j *job, p subscriptions.Preferences) []digestItem {
	due := r.engine.audience.digestDue(p, j.from(), j.plannedAt())
	if due.IsZero() {
		return nil
	}
	since := r.engine.audience.covers(p, j.from())
	var chosen []digestItem
	at := make(map[int64]int) // by ledger
	for _, item := range j.items {
		if !item.at.After(since) || item.at.After(due) || !r.engine.audience.reads(p, &item.Item, item.says) {
			continue
		}
		item.Withdrawn = item.Withdrawn || r.haltOf(plan{Kind: News, Item: item.ID}) != ""
		i, has := at[item.ledger]
		switch {
		case !has:
			at[item.ledger] = len(chosen)
			chosen = append(chosen, item)
		case item.Withdrawn != chosen[i].Withdrawn:
			if chosen[i].Withdrawn {
				chosen[i] = item
			}
		case slices.Index(p.Languages, item.Language) < slices.Index(p.Languages, chosen[i].Language):
			chosen[i] = item
		}
	}
	return chosen
}

// KeepDigests is to be called before a chat's times change: the digests that are under way
// reach it by its present ones. It returns until which hour digests have been planned, for
// subscriptions.Preferences.Reschedule. It works on every instance, and where no digest was
// planned yet: from this hour on the chat may be owed one.
//
// A digest that is planned after it may find the chat with its former times or with its new
// ones. So the chat is noted first: what such a digest brings it, no later one brings again.
func (e *Engine) KeepDigests(ctx context.Context, chat int64) (until time.Time, err error) {
	if err := e.promises.changes(ctx, chat); err != nil {
		return until, err
	}
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
	return hourTime(last), nil
}
