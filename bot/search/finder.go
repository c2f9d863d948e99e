package search

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"kabarchy/feeds"
)

const (
	findPeek  = 20          // the newest items, which each search looks at
	findChunk = 200         // items read from the archive at a time
	findEvery = time.Minute // how often older items are looked at again,
	findAgain = 1000        // and how many of them
	findSide  = 2           // so many searches run at a time
)

// Most is how many items a search finds.
const Most = 50

// Archive is what a Finder needs of the news.
type Archive interface {
	Item(ctx context.Context, id string) (feeds.Item, error)
	// Latest lists a language's items, newest first.
	Latest(ctx context.Context, language string, offset, count int) ([]feeds.Item, error)
	// Editions are the same item in other languages, by language.
	Editions(ctx context.Context, id string) (map[string]feeds.Item, error)
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

	// pairs are the editions of items that were found lately.
	pairs *lru.Cache[string, pair]

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
	pairs, err := lru.New[string, pair](pairsKept)
	if err != nil {
		panic(err) // no size
	}
	return &Finder{archive: archive, now: now, places: make(chan struct{}, findSide), pairs: pairs, shelf: make(map[string]*shelf)}
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

// Query is what somebody looks for.
type Query struct {
	Text      string   // as it was typed, or Found.Query
	Languages []string // those of the reader's news, the first first
	Others    []string // asked where those have nothing, or less
	Every     bool     // edition of an item is wanted, those of the first language before those of the next
	Offset    int      // of the results
	Most      int      // how many of them are wanted
}

// Found is what a search found.
type Found struct {
	Items []feeds.Item // the best first; of each only the edition that the reader wants
	Total int
	Query string // as it was understood, in ASCII: to ask for it again finds the same
	Stems Stems  // of the words that were found
	// Meant is what each word of a mistyped query was taken for; nil where all were taken as
	// they were typed.
	Meant []Stems
}

// Find returns items that fit the query. Of the editions of one item it returns one: in the
// first of the reader's languages in which it was found. Where only an edition was found
// that the reader doesn't read, it returns the reader's own.
func (f *Finder) Find(ctx context.Context, q Query) (found Found, err error) {
	own, err := f.indexes(ctx, q.Languages)
	if err != nil {
		return Found{}, err
	}
	if err := f.take(ctx); err != nil {
		return Found{}, err
	}
	r, err := understand(q.Text, own, func() ([]*Index, error) {
		<-f.places // nobody waits for a place while the archive is read
		others, err := f.indexes(ctx, q.Others)
		return others, errors.Join(err, f.take(context.WithoutCancel(ctx)))
	})
	var hits []hit
	if err == nil {
		hits = r.hits()
	}
	<-f.places
	if err != nil {
		return Found{}, err
	}
	var ids []string
	if q.Every {
		ids = everyEdition(hits, q.Languages)
	} else if ids, err = f.editions(ctx, hits, q.Languages); err != nil {
		return Found{}, err
	}
	found = Found{Total: len(ids), Query: r.String(), Stems: r.stems(), Meant: r.meant()}
	for _, id := range ids[min(q.Offset, len(ids)):] {
		if len(found.Items) == q.Most {
			break
		}
		item, err := f.archive.Item(ctx, id)
		switch {
		case errors.Is(err, feeds.ErrNotFound) || err == nil && item.Withdrawn:
			f.remove(id)
			found.Total--
		case err != nil:
			return Found{}, err
		default:
			found.Items = append(found.Items, item)
		}
	}
	return found, f.put(ctx, found.Items)
}

// take waits for a place.
func (f *Finder) take(ctx context.Context) error {
	select {
	case f.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// indexes are those of the languages, up to date.
func (f *Finder) indexes(ctx context.Context, languages []string) (all []*Index, err error) {
	for _, language := range languages {
		s := f.of(language)
		if s.reading.TryLock() { // else somebody reads, newest first: what is there by now will do
			err := f.read(ctx, language, s)
			s.reading.Unlock()
			if err != nil {
				return nil, err
			}
		}
		all = append(all, &s.index)
	}
	return all, nil
}

// of is the shelf of a language.
func (f *Finder) of(language string) *shelf {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.shelf[language] == nil {
		f.shelf[language] = &shelf{index: Index{language: language, speech: tongueOf(language)}}
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
