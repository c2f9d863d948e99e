package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kabarchy/feeds"
)

// pair is an item's editions, the id by language, and when that was looked up.
type pair struct {
	ids map[string]string
	at  time.Time
}

const (
	pairsKept = 4096
	pairFor   = 10 * time.Minute // another edition may come
)

// editions leaves one edition of each item that was found: that of the first of the
// reader's languages in which it was found, and where it was in none of them, the reader's own.
func (f *Finder) editions(ctx context.Context, hits []hit, languages []string) (ids []string, err error) {
	found := make(map[string]bool)
	foreign, several := false, false
	for _, h := range hits {
		found[h.id] = true
		foreign = foreign || !slices.Contains(languages, h.language)
		several = several || h.language != hits[0].language
	}
	shown := make(map[string]bool)
	for _, h := range hits {
		if shown[h.id] {
			continue
		}
		id := h.id
		if foreign || several {
			others, err := f.pair(ctx, h.id)
			if err != nil {
				return nil, err
			}
			id = choose(h, others, languages, found)
			for _, other := range others {
				shown[other] = true
			}
		}
		shown[h.id] = true
		ids = append(ids, id)
	}
	return ids, nil
}

// everyEdition are the ids of all that was found, by language.
func everyEdition(hits []hit, languages []string) (ids []string) {
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Compare(slices.Index(languages, a.language), slices.Index(languages, b.language))
	})
	for _, h := range hits {
		ids = append(ids, h.id)
	}
	return ids
}

// choose is the edition to show of what was found.
func choose(h hit, others map[string]string, languages []string, found map[string]bool) string {
	foreign := !slices.Contains(languages, h.language)
	for _, language := range languages {
		if language == h.language {
			break
		}
		if id, has := others[language]; has && (foreign || found[id]) {
			return id
		}
	}
	return h.id
}

// pair are the ids of an item's other editions, by language.
func (f *Finder) pair(ctx context.Context, id string) (map[string]string, error) {
	now := f.now()
	if p, known := f.pairs.Get(id); known && now.Sub(p.at) < pairFor {
		return p.ids, nil
	}
	items, err := f.archive.Editions(ctx, id)
	if err != nil && !errors.Is(err, feeds.ErrNotFound) {
		return nil, fmt.Errorf("editions of what was found: %w", err)
	}
	ids := make(map[string]string)
	for language, item := range items {
		ids[language] = item.ID
	}
	f.pairs.Add(id, pair{ids, now})
	return ids, nil
}
