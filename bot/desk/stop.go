package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/broadcast"
	"kabarchy/feeds"
)

// Brake tells the engine what people have stopped.
type Brake struct{ Redis redis.UniversalClient }

var _ broadcast.Brake = Brake{}

// Halted are the items and digests of which nothing more is sent.
func (b Brake) Halted(ctx context.Context) (map[string]broadcast.Halt, error) {
	found, err := b.Redis.HGetAll(ctx, keyHalted).Result()
	if err != nil {
		return nil, fmt.Errorf("what is halted: %w", err)
	}
	halted := make(map[string]broadcast.Halt, len(found))
	for item, how := range found {
		halted[item] = broadcast.Halt(how)
	}
	return halted, nil
}

// Halted are the items and digests of which nothing more is sent.
func (d *Desk) Halted(ctx context.Context) (map[string]broadcast.Halt, error) {
	return Brake{d.rdb}.Halted(ctx)
}

// StopItem stops what is going out of an item or a digest, which the act names in place of
// a case, as Progress.Subject does. An item of a feed gets a case by that, under its own
// id, and with it its editions that are going out.
func (d *Desk) StopItem(ctx context.Context, a Act) (Outcome, error) {
	a.Verb = Stop
	return d.onItem(ctx, a, func(ended bool) bool { return !ended })
}

// RetryItem tries those again who could not be reached with an item or a digest, as StopItem
// stops it.
func (d *Desk) RetryItem(ctx context.Context, a Act) (Outcome, error) {
	a.Verb = Retry
	return d.onItem(ctx, a, func(ended bool) bool { return ended })
}

// onItem does an act on the case of an item, and makes one of those of its editions that are
// fit, by whether they have ended.
func (d *Desk) onItem(ctx context.Context, a Act, fit func(ended bool) bool) (Outcome, error) {
	roles, err := d.RolesOf(ctx, a.Who)
	if err != nil || roles == 0 {
		return Outcome{Result: Refused, Refusal: NotAllowed}, err
	}
	item := a.Case
	c, ok, err := d.ForItem(ctx, item)
	if err != nil {
		return Outcome{}, err
	}
	if ok {
		a.Case, a.Version = c.ID, c.Version
		return d.Do(ctx, a)
	}
	items, err := d.withEditions(ctx, item, fit)
	if err != nil {
		return Outcome{}, err
	}
	switch itself := slices.Contains(items, item); {
	case !itself && len(items) > 0 && a.Verb == Stop: // it has ended, and its story goes out in another language
		a.Case = items[0]
		return d.onItem(ctx, a, fit)
	case !itself:
		return Outcome{Result: Refused, Refusal: WrongStatus}, nil
	}
	a.Case, a.Kind, a.Items = strings.ReplaceAll(item, ":", "-"), Announce, items
	return d.Do(ctx, a)
}

// withEditions are an item and those that go out as one with it, sorted: what the archive finds to be
// the same news now, and what was when they began. Left out are those that are not fit.
func (d *Desk) withEditions(ctx context.Context, item string, fit func(ended bool) bool) ([]string, error) {
	ended, err := d.broadcasts(ctx)
	if err != nil {
		return nil, err
	}
	progress, err := d.options.Engine.Progress(ctx)
	if err != nil {
		return nil, err
	}
	editions, err := d.options.Archive.Editions(ctx, item)
	if err != nil && !errors.Is(err, feeds.ErrNotFound) {
		return nil, err
	}
	items := append([]string{item}, editionsOf(progress, item)...)
	for _, edition := range editions {
		items = append(items, edition.ID)
	}
	slices.Sort(items)
	return slices.DeleteFunc(slices.Compact(items), func(item string) bool {
		return !fit(ended(Case{Kind: Announce, Items: []string{item}}))
	}), nil
}

// lookedThrough is how many of the closed cases are looked through for an item.
const lookedThrough = 300

// ForItem returns the announcement that an item or digest belongs to: an open one, or one of
// the last closed. ok is false where there is none, as with a feed's item that nobody stopped.
func (d *Desk) ForItem(ctx context.Context, item string) (c Case, ok bool, err error) {
	open, err := d.Open(ctx)
	if err != nil {
		return Case{}, false, err
	}
	closed, err := d.Closed(ctx, 0, lookedThrough)
	if err != nil {
		return Case{}, false, err
	}
	for _, c := range slices.Concat(open, closed) {
		if c.Kind == Announce && slices.Contains(c.Items, item) {
			return c, true, nil
		}
	}
	return Case{}, false, nil
}
