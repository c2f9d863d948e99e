package sample

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

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
	At    time.Time // when it was published
}

// Old reports whether the item is one of [Site.Flood]'s.
func (e Entry) Old() bool { return e.Number >= firstOld }

// Words are what the pages of one edition say around its news.
type Words struct {
	// Tag is the edition's language: a BCP 47 tag such as "ky".
	Tag      string `yaml:"tag"`
	Ministry string `yaml:"ministry"`
	Feed     string `yaml:"feed"`
	Back     string `yaml:"back"`
	Language string `yaml:"language"`
	Note     string `yaml:"note"`
	// Old is the title of one of many old items, with a place for its number, and OldText
	// what it says.
	Old     string `yaml:"old"`
	OldText string `yaml:"old_text"`
}

// Site is the ministry's web site with the editors' desk behind it. Its methods are
// safe for concurrent use.
type Site struct {
	now   func() time.Time
	words []Words

	mu      sync.Mutex
	entries []Entry // in the order of their numbers
	down    bool
}

// firstOld is the number of the first old item; flood is how many there are.
const (
	firstOld = 1000
	flood    = 24
)

// Flood puts many old items on the site as if they were new, once, as sites do that have moved.
func (s *Site) Flood() {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.entries[len(s.entries)-1]
	if last.Old() {
		return
	}
	for i := range flood {
		item := Item{Number: firstOld + i, Archived: true, Picture: last.Picture, Editions: map[string]Edition{}}
		for _, words := range s.words {
			item.Editions[words.Tag] = Edition{Title: fmt.Sprintf(words.Old, i+1), Text: fmt.Sprintf(words.OldText, i+1)}
		}
		s.entries = append(s.entries, Entry{Item: item, State: Published, At: s.now()})
	}
}

// Older has all items been published so much earlier: where a clock is put ahead.
func (s *Site) Older(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.entries {
		if e := &s.entries[i]; !e.At.IsZero() {
			e.At = e.At.Add(-by)
		}
	}
}

// SetDown has the site answer nothing but errors, or mends it.
func (s *Site) SetDown(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

// Down reports whether the site answers nothing but errors.
func (s *Site) Down() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down
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
			entry.State, entry.At = Published, now().Add(-age).Truncate(time.Minute)
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

// Publish puts a draft on the site, in every edition.
func (s *Site) Publish(number int) (Entry, error) {
	return s.change(number, Published, func(e *Entry) error {
		if e.State != Draft {
			return fmt.Errorf("item %d is no draft, it was %s", number, e.State)
		}
		e.At = s.now()
		return nil
	})
}

// Correct changes the item's text in every edition.
func (s *Site) Correct(number int) (Entry, error) { return s.change(number, Corrected, onSite) }

// Withdraw takes the item off the site. It never comes back.
func (s *Site) Withdraw(number int) (Entry, error) { return s.change(number, Withdrawn, onSite) }

func onSite(e *Entry) error {
	if !e.online() {
		return fmt.Errorf("item %d is not on the site", e.Number)
	}
	return nil
}

// change moves an item to another state, if it may go there. Once there, it stays as it is.
func (s *Site) change(number int, to State, may func(*Entry) error) (Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.entries, func(e Entry) bool { return e.Number == number })
	if i < 0 {
		return Entry{}, fmt.Errorf("there is no item %d", number)
	}
	entry := &s.entries[i]
	if entry.State == to {
		return *entry, nil
	}
	if err := may(entry); err != nil {
		return Entry{}, err
	}
	entry.State = to
	return *entry, nil
}

func (e Entry) online() bool { return e.State == Published || e.State == Corrected }

// online are the entries that a visitor of the site sees, the newest first.
func (s *Site) online() []Entry {
	entries := slices.DeleteFunc(s.Entries(), func(e Entry) bool { return !e.online() })
	slices.SortFunc(entries, func(a, b Entry) int { return b.At.Compare(a.At) })
	return entries
}
