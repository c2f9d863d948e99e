package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	"kabarchy/bot/search"
	"kabarchy/feeds"
)

const (
	findFresh = time.Minute // how old what a search sees of the archive may be
	findChunk = 200         // items read from the archive at a time
)

// finder searches the archive. It reads the archive when somebody searches for the
// first time, and after that only what is new.
type finder struct {
	archive Archive
	now     func() time.Time

	mu      sync.Mutex
	indexes map[string]*search.Index // by language
	read    map[string]time.Time     // when each was brought up to date
}

func newFinder(archive Archive, now func() time.Time) *finder {
	return &finder{archive: archive, now: now, indexes: make(map[string]*search.Index), read: make(map[string]time.Time)}
}

// find returns items that fit the query, the best first, those of the first language
// before those of the next.
func (f *finder) find(ctx context.Context, query string, languages []string, offset, most int) (items []feeds.Item, total int, err error) {
	var ids []string
	for _, language := range languages {
		index, err := f.index(ctx, language)
		if err != nil {
			return nil, 0, err
		}
		ids = append(ids, index.Find(query, findMost)...)
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
	return items, total, nil
}

// findMost is how many items a search finds in one language.
const findMost = 50

// index is that of a language, up to date but for the last minute.
func (f *finder) index(ctx context.Context, language string) (*search.Index, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	index := f.indexes[language]
	if index == nil {
		index = &search.Index{}
		f.indexes[language] = index
	}
	if now := f.now(); now.Sub(f.read[language]) >= findFresh {
		if err := f.readNew(ctx, index, language); err != nil {
			return nil, err
		}
		f.read[language] = now
	}
	return index, nil
}

// readNew reads the archive from its newest item on, as far as there is something new.
func (f *finder) readNew(ctx context.Context, index *search.Index, language string) error {
	whole := f.read[language].IsZero()
	for offset := 0; ; offset += findChunk {
		items, err := f.archive.Latest(ctx, language, offset, findChunk)
		if err != nil {
			return err
		}
		fresh := false
		for _, item := range items {
			if !index.Has(item.ID, item.Revision) {
				fresh = true
				index.Put(search.Document{
					ID: item.ID, Revision: item.Revision, Title: item.Title, Text: item.Summary, Published: item.Published,
				})
			}
		}
		if len(items) < findChunk || !whole && !fresh {
			return nil
		}
	}
}

func (f *finder) remove(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, index := range f.indexes {
		index.Remove(id)
	}
}
