package feeds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds/article"
)

// ErrWithdrawn says that an item was taken back: nothing is done to it any more.
var ErrWithdrawn = errors.New("feeds: the item was withdrawn")

// Text is what a correction at the desk puts in place of an item's text.
type Text struct {
	Title string
	// Summary is plain text; where it is empty, the beginning of Blocks.
	Summary string
	Blocks  []article.Block
	// Picture or File is the item's new picture, as in Item; without both it keeps its own.
	Picture, File string
}

// revisionsKept is how many cases an item remembers that it was revised by.
const revisionsKept = 32

// reviseScript puts a new record in place of an item's, and announces the correction.
//
// KEYS: 1 items · 2 outbox · 3 counter · 4 held
// ARGV: 1 now · 2 item id · 3 its record as read · 4 its new record · 5 the kind · 6 what
// is held of it as read, empty to leave it
// Result: 1; -1 for a conflict.
var reviseScript = redis.NewScript(announceLua + `
if redis.call('HGET', KEYS[1], ARGV[2]) ~= ARGV[3] then return -1 end
if ARGV[6] ~= '' then
  if redis.call('HGET', KEYS[4], ARGV[2]) ~= ARGV[6] then return -1 end
  redis.call('HDEL', KEYS[4], ARGV[2])
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[4])
announce(KEYS[2], KEYS[3], ARGV[5], ARGV[2], ARGV[1])
return 1
`)

// Revise gives an item a new text, and announces the correction, in one step. By is the
// case at the desk that decided it: revising twice by the same one is revising once. Of an
// item of a feed the site's own text is remembered, and what the site changes from then on
// is held, as HeldEdited. A correction of the site's that is held when the desk revises the
// item has been seen by a person, and is held no more. ErrNotFound where there is no such
// item, ErrWithdrawn where it was taken back.
func (a *Archive) Revise(ctx context.Context, id string, text Text, by string) error {
	if by == "" || article.OneLine(text.Title) == "" {
		return fmt.Errorf("revise item %s: without a title or a case", id)
	}
	for range attempts {
		done, err := a.tryRevise(ctx, id, text, by)
		if err != nil {
			return fmt.Errorf("revise item %s: %w", id, err)
		}
		if done {
			return nil
		}
	}
	return fmt.Errorf("revise item %s: %w", id, errConflict)
}

// tryRevise is one try of Revise; done is false where the archive changed meanwhile.
func (a *Archive) tryRevise(ctx context.Context, id string, text Text, by string) (done bool, err error) {
	r, err := a.record(ctx, id)
	switch {
	case err != nil:
		return false, err
	case slices.Contains(r.Cases, by):
		return true, nil
	case r.Withdrawn:
		return false, ErrWithdrawn
	}
	now := time.Now()
	next, err := json.Marshal(r.revised(text, by, now))
	if err != nil {
		return false, err
	}
	held, err := a.heldCorrection(ctx, id)
	if err != nil {
		return false, err
	}
	keys := []string{keyItems, keyOutbox, keyCounter, keyHeld}
	n, err := reviseScript.Run(ctx, a.rdb, keys, stamp(now), id, r.raw, string(next), string(Corrected), held).Int()
	return n == 1, err
}

// heldCorrection returns what is stored of a correction that is held of an item; it is empty
// where none is.
func (a *Archive) heldCorrection(ctx context.Context, id string) (string, error) {
	raw, err := a.rdb.HGet(ctx, keyHeld, id).Result()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var held Held
	if err := json.Unmarshal([]byte(raw), &held); err != nil {
		return "", err
	}
	if held.Kind != Corrected {
		return "", nil
	}
	return raw, nil
}

// revised returns the record with the desk's text in it.
func (r record) revised(text Text, by string, now time.Time) record {
	if r.Source != "" && r.Site == nil {
		r.Site = siteTextOf(r.Item)
	}
	r.Title, r.Summary, r.Blocks = article.OneLine(text.Title), summaryOf(text.Summary, text.Blocks), text.Blocks
	if text.Picture != "" || text.File != "" {
		r.illustrate(text.Picture)
		r.File = text.File
	}
	r.Revision++
	r.Changed = now
	r.Behind, r.Shown = false, nil
	r.Cases = append(slices.Clone(r.Cases), by)
	r.Cases = r.Cases[max(0, len(r.Cases)-revisionsKept):]
	return r
}

// OnSite returns an item as its site shows it, where the desk has put other words in its
// place; else it is the item. ErrNotFound where there is no such item.
func (a *Archive) OnSite(ctx context.Context, id string) (Item, error) {
	r, err := a.record(ctx, id)
	return r.onSite(), err
}
