package feeds

import (
	"time"

	"kabarchy/feeds/fetch"
)

// poll is what a poll found, to be archived.
type poll struct {
	source     Source
	entries    []entry
	validators fetch.Validators
	moved      string
	ttl        time.Duration
	offer      Offer
	cut        bool // the document was not whole
	unread     bool // it is as it was: there are no entries
	clipped    bool // entries are not all of the document
	tried      map[string]tries
	now        time.Time
}

// next is what is remembered of the source after the poll.
func (found poll) next(old sourceState, news int, order string) sourceState {
	state := sourceState{
		URL: found.source.URL, Language: found.source.Language, Validators: found.validators,
		Moved: found.moved, TTL: found.ttl, Offer: found.offer, Order: order, Contact: old.Contact, Empty: old.Empty,
		Shown: old.Shown, Newest: old.Newest, Last: old.Last, LastItem: old.LastItem, Rhythm: rhythm(old, found.entries, news, found.now),
	}
	if old.untouched() {
		state.Contact = found.now
	}
	seenLong := !old.Contact.IsZero() && found.now.Sub(old.Contact) >= primedAfter
	state.Primed = old.Primed || len(found.entries) > 0 && (!found.cut || seenLong)
	switch {
	case len(found.entries) > 0 && !found.cut:
		state.Shown, state.Newest = len(found.entries), newestDate(found.entries, found.now)
	case len(found.entries) == 0 && !found.unread:
		state.Empty = found.now
	}
	if len(found.entries) == 0 || found.cut {
		state.Restored = old.Restored
	}
	if news > 0 {
		state.LastItem = found.now
	}
	if state.Tried = found.tried; found.unread {
		state.Tried = old.Tried
	}
	return state
}

// newestDate returns the latest date of entries that does not lie ahead.
func newestDate(entries []entry, now time.Time) (newest time.Time) {
	for _, e := range entries {
		if e.Dated.After(newest) && !e.Dated.After(now) {
			newest = e.Dated
		}
	}
	return newest
}
