package feeds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds/fetch"
)

// sourceState is what the archive remembers of a source between polls.
type sourceState struct {
	// URL and Language are those of the poll; with others the validators say nothing.
	URL      string `json:"url"`
	Language string `json:"language"`
	fetch.Validators
	// Moved is where the URL has permanently moved to, within the site.
	Moved string `json:"moved,omitempty"`
	// TTL is for how long the document said that it stays fresh.
	TTL time.Duration `json:"ttl,omitempty"`
	// Offer is who tells at once that there is news, as the document said.
	Offer Offer `json:"offer,omitzero"`
	// Primed reports whether a poll brought a whole document before. What is new now is news then.
	Primed bool `json:"primed"`
	// Contact is when a poll first succeeded, and Empty when the document last had no items.
	Contact time.Time `json:"contact,omitzero"`
	Empty   time.Time `json:"empty,omitzero"`
	// Order is how the document was last seen to be ordered.
	Order string `json:"order,omitempty"`
	// Shown is how many items the document had when it last had any, and Newest the latest
	// of their dates.
	Shown  int       `json:"shown,omitempty"`
	Newest time.Time `json:"newest,omitzero"`
	// Last is the id of an item that the document had when it last had any.
	Last string `json:"last,omitempty"`
	// Tried are the listed pages that could not be read yet, by link.
	Tried map[string]tries `json:"tried,omitempty"`
	// LastItem is when something new last came, and Rhythm how long it usually takes.
	LastItem time.Time     `json:"last_item,omitzero"`
	Rhythm   time.Duration `json:"rhythm,omitempty"`
	// Restored is when a backup was brought back, until the document was read whole since.
	Restored time.Time `json:"restored,omitzero"`
}

// tries are how often a page could not be read, since when. They are kept with the
// source's state: a program that is started anew every few minutes tells what it lists, too.
type tries struct {
	Count int       `json:"count"`
	Since time.Time `json:"since"`
}

// untouched reports whether no poll ever succeeded.
func (s sourceState) untouched() bool { return !s.Primed && s.Contact.IsZero() }

// lacked reports whether a source that was seen, but never whole, may have lacked an item
// then: what is dated before, and unless it stayed empty for long, what has no date.
func (s sourceState) lacked(it Item) bool {
	if s.Primed || s.Contact.IsZero() {
		return false
	}
	if it.Published.IsZero() {
		return s.Empty.Sub(s.Contact) < primedAfter
	}
	return it.Published.Before(s.Contact.Add(-time.Minute))
}

// primedAfter is how long a source must be seen before even an empty or cut document
// counts as what it has.
const primedAfter = time.Hour

// state reads what is remembered of a source, with the bytes it was read from.
func (a *Archive) state(ctx context.Context, s Source) (state sourceState, raw string, err error) {
	raw, err = a.rdb.HGet(ctx, keySources, s.ID).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return state, "", fmt.Errorf("%w: state of the source: %w", ErrArchive, err)
	}
	if raw != "" {
		if err := json.Unmarshal([]byte(raw), &state); err != nil {
			return state, "", fmt.Errorf("%w: state of the source: %w", ErrArchive, err)
		}
	}
	if state.URL != s.URL || state.Language != s.Language {
		state.Validators, state.Moved = fetch.Validators{}, ""
	}
	return state, raw, nil
}
