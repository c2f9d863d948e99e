package feeds

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// record is an item as it is stored.
type record struct {
	Item
	// Layout is the version in which it is written; 0 is the first, too.
	Layout int `json:"layout,omitempty"`
	// Keys are those that it was known under before, the latest last; GUID and Dated what
	// the site showed last.
	Keys  []string  `json:"keys,omitempty"`
	GUID  string    `json:"guid,omitempty"`
	Dated time.Time `json:"dated,omitzero"`
	// Full is the fingerprint of the text below the summary.
	Full string `json:"full,omitempty"`
	// Waits is why nobody was told of it, HeldRepeated or HeldDoubtful, and Other the item
	// that it is compared with: as soon as the reason is gone, it is told. What was doubtful
	// and is dismissed keeps Other alone.
	Waits string `json:"waits,omitempty"`
	Other string `json:"other,omitempty"`
	// Moved reports whether Other had left the document together with others when this came.
	// Once it is dismissed it is Alias's, that is Other, in another place.
	Moved bool   `json:"moved,omitempty"`
	Alias string `json:"alias,omitempty"`
	// Site is what the site shows, where the desk has revised the item; Cases are those that
	// did, the latest last.
	Site  *siteText `json:"site,omitempty"`
	Cases []string  `json:"cases,omitempty"`
	// Untold reports whether it was never announced as new.
	Untold bool `json:"untold,omitempty"`
	changing
}

// stored is a record with the bytes it was read from.
type stored struct {
	record
	raw string
}

// changing is what a record knows of its changes.
type changing struct {
	// Since, Edits and Counts count its changes within a day, those of numbers alone apart.
	Since  time.Time `json:"since,omitzero"`
	Edits  int       `json:"edits,omitempty"`
	Counts int       `json:"counts,omitempty"`
	// Asked is when an administrator was last asked about its changes; Left reports
	// whether the answer was to leave them.
	Asked time.Time `json:"asked,omitzero"`
	Left  bool      `json:"left,omitempty"`
	// Behind reports whether phones show something older, since it changed too often.
	Behind bool `json:"behind,omitempty"`
	// Shown is what phones show, where that is older: see Archive.Shown.
	Shown *siteText `json:"shown,omitempty"`
}

// idsKept is how many items of one key the index remembers: the latest.
const idsKept = 8

// recordLayout is the latest version of a record that this release reads, and the one that it writes.
const recordLayout = 1

func readRecord(id, raw string) (stored, error) {
	s := stored{raw: raw}
	err := json.Unmarshal([]byte(raw), &s.record)
	if newer := NewerThan(recordLayout, s.Layout, keyItems+" "+id); newer != nil {
		return stored{}, newer // which also says why a field has another type
	}
	if err != nil {
		return stored{}, fmt.Errorf("item %s: %w", id, err)
	}
	return s, nil
}

// CheckItem returns an error of type *Newer for an item, as it is stored, that a later release wrote.
func CheckItem(id, raw string) error {
	_, err := readRecord(id, raw)
	if newer, is := errors.AsType[*Newer](err); is {
		return newer
	}
	return nil
}

// siteText is what a site shows of an item, where the desk has put other words in its place.
type siteText struct {
	Title   string `json:"title"`
	Summary string `json:"summary,omitempty"`
	Picture string `json:"picture,omitempty"`
}

// siteTextOf returns what an item shows.
func siteTextOf(it Item) *siteText {
	return &siteText{Title: it.Title, Summary: it.Summary, Picture: it.Picture}
}

// onSite returns the item as its site shows it.
func (r record) onSite() Item {
	it := r.Item
	if r.Site != nil {
		it.Title, it.Summary = r.Site.Title, r.Site.Summary
		it.illustrate(r.Site.Picture)
		it.Blocks, it.File = nil, ""
	}
	return it
}
