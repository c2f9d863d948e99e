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

// digestName stands where other broadcasts name their item.
const digestName = "digest"

// digestReach is how far back a digest reaches, after a long pause or outage.
const digestReach = 31 * 24 * time.Hour

// planDigests plans the digest of this hour. Where others went by without one, nobody
// having been at work, it is theirs as well: however late, a chat gets one. The first time
// there is none: nobody is owed anything from before.
func (s *session) planDigests(ctx context.Context) error {
	hour := time.Now().Unix() / 3600
	last, err := s.plans.lastDigest(ctx)
	if err != nil || last >= hour {
		return err
	}
	if last == 0 {
		last = hour
	}
	if last < hour {
		p := plan{
			ID: -hour, Ledger: -hour, Kind: Digest, Item: digestName,
			PlannedAt: time.Unix(hour*3600, 0).UnixMilli(), From: last,
		}
		planned, err := s.plans.add(ctx, p)
		if err != nil {
			return err
		}
		s.planned[p.ID] = planned
	}
	if err := s.Redis.Set(ctx, keyDigested, hour, 0).Err(); err != nil {
		return fmt.Errorf("note the last digest's hour: %w", err)
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

// told is an item that went out, when, and the number of the ledger that it shares with
// its other editions.
type told struct {
	feeds.Item
	at     time.Time
	ledger int64
}

// from is until when digests had been sent before this one.
func (r *run) from() time.Time {
	if r.From == 0 { // planned by an earlier release
		return r.plannedAt().Add(-time.Hour)
	}
	return time.Unix(r.From*3600, 0)
}

// digestItems returns what was announced before an hour, newest first. What was archived
// and never announced is not among it, nor what was withdrawn.
func (s *session) digestItems(ctx context.Context, hour time.Time) ([]told, error) {
	begin := hour.Add(-digestReach)
	current, err := s.plans.running(ctx)
	if err != nil {
		return nil, err
	}
	ended, err := s.plans.finishedSince(ctx, begin)
	if err != nil {
		return nil, err
	}
	var announced []told
	for _, b := range append(current, ended...) {
		at := time.UnixMilli(b.PlannedAt)
		if b.Kind != News || at.After(hour) || at.Before(begin) {
			continue
		}
		item, err := s.Archive.Item(ctx, b.Item)
		if errors.Is(err, feeds.ErrNotFound) || err == nil && item.Withdrawn {
			continue
		}
		if err != nil {
			return nil, err
		}
		announced = append(announced, told{item, at, b.Ledger})
	}
	slices.SortStableFunc(announced, func(a, b told) int {
		return cmp.Or(b.at.Compare(a.at), strings.Compare(a.ID, b.ID))
	})
	return announced, nil
}

// selection returns the items of a digest that a chat reads: of the editions of one
// item, that in its main language. There are none where no digest is due to the chat.
func (s *session) selection(r *run, p subscriptions.Preferences) []told {
	due := s.slot(p, r.from(), r.plannedAt())
	if due.IsZero() {
		return nil
	}
	since := s.covers(p, r.from())
	var chosen []told
	at := make(map[int64]int) // by ledger
	for _, item := range r.items {
		if !item.at.After(since) || item.at.After(due) || !s.reads(p, &item.Item) {
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

// unread leaves out what a chat has had at once: it was urgent, or the chat's times have
// changed since.
func (s *session) unread(ctx context.Context, chat int64, chosen []told) (items []feeds.Item, err error) {
	for _, item := range chosen {
		_, has, err := s.ledger.get(ctx, item.ledger, chat)
		if err != nil {
			return nil, err
		}
		if !has {
			items = append(items, item.Item)
		}
	}
	return items, nil
}
