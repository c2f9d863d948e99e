package search

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"kabarchy/feeds"
)

const (
	findPeek  = 20          // the newest items, which each search looks at
	findChunk = 200         // items read from the archive at a time
	findEvery = time.Minute // how often older items are looked at again,
	findAgain = 1000        // and how many of them
	findSide  = 2           // so many searches run at a time
)

// Most is how many items a search finds in one language.
const Most = 50

// Archive is what a Finder needs of the news.
type Archive interface {
	Item(ctx context.Context, id string) (feeds.Item, error)
	// Latest lists a language's items, newest first.
	Latest(ctx context.Context, language string, offset, count int) ([]feeds.Item, error)
	// Texts are the full ones, of the items that have one, by id.
	Texts(ctx context.Context, items []feeds.Item) (map[string]string, error)
}

// Finder searches the archive. It reads the archive once, by Read or when somebody
// searches for the first time, and after that what is new; what was corrected later, or
// has got its full text, it comes to when it looks at the older items again.
type Finder struct {
	archive Archive
	now     func() time.Time

	// places are taken by searches: many at once would hold up who wants something else.
	places chan struct{}

	mu    sync.Mutex
	shelf map[string]*shelf // by language
}

// shelf is what the finder knows of one language.
type shelf struct {
	index Index

	reading sync.Mutex
	whole   bool      // the archive was read to its end
	again   time.Time // when older items were last looked at again,
	place   int       // and how far that has come
}

// NewFinder returns a finder that has read nothing yet; now is the clock.
func NewFinder(archive Archive, now func() time.Time) *Finder {
	return &Finder{archive: archive, now: now, places: make(chan struct{}, findSide), shelf: make(map[string]*shelf)}
}

// Read prepares the search in the languages, so that who searches first need not wait for
// it. What comes to the archive later is found without it.
func (f *Finder) Read(ctx context.Context, languages []string) error {
	for _, language := range languages {
		if err := f.refresh(ctx, language, f.of(language)); err != nil {
			return fmt.Errorf("read the archive for the search: %w", err)
		}
	}
	return nil
}

// Find returns items that fit the query, the best first, those of the first language
// before those of the next.
func (f *Finder) Find(ctx context.Context, query string, languages []string, offset, most int) (items []feeds.Item, total int, err error) {
	var ids []string
	for _, language := range languages {
		s := f.of(language)
		if s.reading.TryLock() { // else somebody reads, newest first: what is there by now will do
			err := f.read(ctx, language, s)
			s.reading.Unlock()
			if err != nil {
				return nil, 0, err
			}
		}
		select {
		case f.places <- struct{}{}:
			ids = append(ids, s.index.Find(query, Most)...)
			<-f.places
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		}
	}
	total = len(ids)
	for _, id := range ids[min(offset, total):] {
		if len(items) == most {
			break
		}
		item, err := f.archive.Item(ctx, id)
		switch {
		case errors.Is(err, feeds.ErrNotFound) || err == nil && item.Withdrawn:
			f.remove(id)
			total--
		case err != nil:
			return nil, 0, err
		default:
			items = append(items, item)
		}
	}
	return items, total, f.put(ctx, items)
}

// of is the shelf of a language.
func (f *Finder) of(language string) *shelf {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.shelf[language] == nil {
		f.shelf[language] = &shelf{}
	}
	return f.shelf[language]
}

func (f *Finder) refresh(ctx context.Context, language string, s *shelf) error {
	s.reading.Lock()
	defer s.reading.Unlock()
	return f.read(ctx, language, s)
}

// read brings a shelf up to date: from the newest item on as far as there is something
// new, and from time to time a part of what is older.
func (f *Finder) read(ctx context.Context, language string, s *shelf) error {
	for offset, count := 0, findPeek; ; offset, count = offset+count, findChunk {
		items, err := f.archive.Latest(ctx, language, offset, count)
		if err != nil {
			return err
		}
		fresh := false
		for _, item := range items {
			fresh = fresh || !s.index.Has(item.ID, version(item, false))
		}
		if err := f.put(ctx, items); err != nil {
			return err
		}
		if len(items) < count || s.whole && !fresh {
			break
		}
	}
	if now := f.now(); !s.whole {
		s.whole, s.again = true, now
	} else if now.Sub(s.again) >= findEvery {
		s.again = now
		return f.readAgain(ctx, language, s)
	}
	return nil
}

// readAgain looks at some of the older items for what has changed; the next time it goes
// on from there.
func (f *Finder) readAgain(ctx context.Context, language string, s *shelf) error {
	for end := s.place + findAgain; s.place < end; s.place += findChunk {
		items, err := f.archive.Latest(ctx, language, s.place, findChunk)
		if err == nil {
			err = f.put(ctx, items)
		}
		if err != nil {
			return err
		}
		if len(items) < findChunk {
			s.place = 0
			return nil
		}
	}
	return nil
}

// put puts into the index what it lacks of the items: with their texts, where those are
// kept.
func (f *Finder) put(ctx context.Context, items []feeds.Item) error {
	var lacking []feeds.Item
	for _, item := range items {
		if !f.of(item.Language).index.Has(item.ID, version(item, true)) {
			lacking = append(lacking, item)
		}
	}
	texts, err := f.archive.Texts(ctx, lacking)
	if err != nil {
		return err
	}
	for _, item := range lacking {
		text, whole := texts[item.ID]
		if !whole {
			text = item.Summary
		}
		f.of(item.Language).index.Put(Document{
			ID: item.ID, Revision: version(item, whole), Title: item.Title, Text: text, Published: item.Published,
		})
	}
	return nil
}

// version is an item's revision in the index: that with the full text comes after that
// with the summary alone.
func version(item feeds.Item, whole bool) int {
	if whole {
		return 2*item.Revision + 1
	}
	return 2 * item.Revision
}

func (f *Finder) remove(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.shelf {
		s.index.Remove(id)
	}
}
