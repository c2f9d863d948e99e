package broadcast

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// digestsLate is how late a digest may still be sent: after a longer outage only the
// hours since then are made up for.
const digestsLate = 6

// What a digest covers before its hour.
var coverage = map[subscriptions.Rhythm]time.Duration{
	subscriptions.Daily:  24 * time.Hour,
	subscriptions.Weekly: 7 * 24 * time.Hour,
}

// planDigests plans the digests of the hours that have begun since it last did. The
// first time there are none: nobody is owed anything from before.
func (s *session) planDigests(ctx context.Context) error {
	hour := time.Now().Unix() / 3600
	last, err := s.Redis.Get(ctx, keyDigested).Int64()
	switch {
	case errors.Is(err, redis.Nil):
		last = hour
	case err != nil:
		return fmt.Errorf("read the last digest's hour: %w", err)
	case last == hour:
		return nil
	}
	for h := max(last+1, hour-digestsLate+1); h <= hour; h++ {
		p := plan{ID: -h, Ledger: -h, Kind: Digest, Item: digestName, PlannedAt: time.Unix(h*3600, 0).UnixMilli()}
		if _, err := s.plans.add(ctx, p); err != nil {
			return err
		}
	}
	if err := s.Redis.Set(ctx, keyDigested, hour, 0).Err(); err != nil {
		return fmt.Errorf("note the last digest's hour: %w", err)
	}
	return nil
}

// told is an item that went out, with the number of the ledger that it shares with
// its other editions.
type told struct {
	feeds.Item
	ledger int64
}

// digestPage is how many items of a language are read at a time.
const digestPage = 100

// digestItems returns what went out in the week before an hour, newest first. What was
// archived and never announced is not among it.
func (s *session) digestItems(ctx context.Context, hour time.Time) ([]told, error) {
	var items []feeds.Item
	for _, language := range subscriptions.Languages() {
		for offset := 0; ; offset += digestPage {
			page, err := s.Archive.Latest(ctx, language, offset, digestPage)
			if err != nil {
				return nil, err
			}
			items = append(items, page...)
			oldest := len(page) - 1
			if oldest < digestPage-1 || hour.Sub(page[oldest].FirstSeen) > coverage[subscriptions.Weekly] {
				break
			}
		}
	}
	var announced []told
	for _, item := range items {
		age := hour.Sub(item.FirstSeen)
		if age < 0 || age > coverage[subscriptions.Weekly] {
			continue
		}
		number, err := s.plans.ledgerOf(ctx, item.ID)
		if err != nil {
			return nil, err
		}
		if number != 0 {
			announced = append(announced, told{item, number})
		}
	}
	slices.SortStableFunc(announced, func(a, b told) int { return b.FirstSeen.Compare(a.FirstSeen) })
	return announced, nil
}

// selection returns the items of a digest that a chat reads: of the editions of one
// item, that in its main language.
func (s *session) selection(r *run, p subscriptions.Preferences) []feeds.Item {
	var chosen []feeds.Item
	at := make(map[int64]int) // by ledger
	for _, item := range r.items {
		if r.plannedAt().Sub(item.FirstSeen) > coverage[p.When.Rhythm] || !s.reads(p, &item.Item) {
			continue
		}
		i, has := at[item.ledger]
		switch {
		case !has:
			at[item.ledger] = len(chosen)
			chosen = append(chosen, item.Item)
		case slices.Index(p.Languages, item.Language) < slices.Index(p.Languages, chosen[i].Language):
			chosen[i] = item.Item
		}
	}
	return chosen
}
