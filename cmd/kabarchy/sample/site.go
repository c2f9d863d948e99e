package sample

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// ErrNotPublished says that an item is not on the site.
var ErrNotPublished = errors.New("sample: the item is not on the site")

// State is where an item stands.
type State string

// The states.
const (
	Draft     State = "draft"
	Published State = "published"
	Corrected State = "corrected"
	Withdrawn State = "withdrawn"
)

// Entry is an item with its fate on the site.
type Entry struct {
	Item
	State State
	// At is when it was published; Changed when its text last changed.
	At, Changed time.Time
}

// Words are what the pages of one edition say around its news.
type Words struct {
	// Tag is the edition's language: a BCP 47 tag such as "ky".
	Tag      string `yaml:"tag"`
	Ministry string `yaml:"ministry"`
	Feed     string `yaml:"feed"`
	Back     string `yaml:"back"`
	Language string `yaml:"language"`
	Note     string `yaml:"note"`
}

// Site is the ministry's web site with the editors' desk behind it. Its methods are
// safe for concurrent use.
type Site struct {
	now   func() time.Time
	words []Words

	mu      sync.Mutex
	entries []Entry // in the order of their numbers
}

// NewSite returns a site on which the archived items were published in the last days
// and the others are drafts.
func NewSite(now func() time.Time) (*Site, error) {
	items, err := Items()
	if err != nil {
		return nil, err
	}
	s := &Site{now: now}
	if err := readYAML("site.yaml", &s.words); err != nil {
		return nil, fmt.Errorf("sample site: %w", err)
	}
	age := 26 * time.Hour
	for _, item := range items {
		entry := Entry{Item: item, State: Draft}
		if item.Archived {
			at := now().Add(-age).Truncate(time.Minute)
			entry.State, entry.At, entry.Changed = Published, at, at
			age += 45 * time.Hour
		}
		s.entries = append(s.entries, entry)
	}
	return s, nil
}

// Editions are the words of each edition.
func (s *Site) Editions() []Words { return slices.Clone(s.words) }

// Entries are all items with their states.
func (s *Site) Entries() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.entries)
}

// Publish puts the first draft on the site, in every edition; false says that none is left.
func (s *Site) Publish() (Entry, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.entries, func(e Entry) bool { return e.State == Draft })
	if i < 0 {
		return Entry{}, false
	}
	entry := &s.entries[i]
	entry.State, entry.At, entry.Changed = Published, s.now(), s.now()
	return *entry, true
}

// Correct changes the item's text in every edition. Doing it twice changes it once.
func (s *Site) Correct(number int) (Entry, error) { return s.change(number, Corrected) }

// Withdraw takes the item off the site. It never comes back.
func (s *Site) Withdraw(number int) (Entry, error) { return s.change(number, Withdrawn) }

func (s *Site) change(number int, to State) (Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.entries {
		entry := &s.entries[i]
		if entry.Number != number || !entry.online() {
			continue
		}
		if entry.State != to {
			entry.State, entry.Changed = to, s.now()
		}
		return *entry, nil
	}
	return Entry{}, fmt.Errorf("%w: %d", ErrNotPublished, number)
}

func (e Entry) online() bool { return e.State == Published || e.State == Corrected }

// online are the entries that a visitor of the site sees, the newest first.
func (s *Site) online() []Entry {
	entries := slices.DeleteFunc(s.Entries(), func(e Entry) bool { return !e.online() })
	slices.SortFunc(entries, func(a, b Entry) int { return b.At.Compare(a.At) })
	return entries
}
