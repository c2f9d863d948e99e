// Package search finds news by their words: in Kyrgyz and Russian with their endings,
// typed with or without Kyrgyz letters, or in Latin ones.
//
// The index lives in memory and holds no text: what it keeps grows with the number of
// different words, and by a few bytes for each word of a document. It is safe for
// concurrent use; a query never waits for more than the putting of one document.
package search

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"
	"time"
)

// Document is what can be found.
type Document struct {
	ID        string
	Revision  int // a later one takes the place of an earlier one
	Title     string
	Text      string
	Published time.Time
}

// Index finds documents. The zero value is an empty one.
type Index struct {
	mu       sync.RWMutex
	ids      map[string]int32
	entries  []entry
	postings map[string][]posting
	stems    []string // of postings, in order, for words that are not typed to the end
	added    bool     // stems lack some
}

type entry struct {
	id        string
	revision  int
	published time.Time
	gone      bool
}

// posting says that a document has a word.
type posting struct {
	entry int32
	times uint8 // how much it has of it: a title counts for more
}

// What a word counts, and at most.
const (
	inTitle = 6
	inText  = 1
	mostly  = 12
)

// Put adds a document, or puts a later revision in place of an earlier one.
func (x *Index) Put(d Document) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ids == nil {
		x.ids, x.postings = make(map[string]int32), make(map[string][]posting)
	}
	if old, known := x.ids[d.ID]; known {
		if x.entries[old].revision >= d.Revision {
			return
		}
		x.entries[old].gone = true
	}
	number := int32(len(x.entries))
	x.ids[d.ID] = number
	x.entries = append(x.entries, entry{id: d.ID, revision: d.Revision, published: d.Published})
	counts := make(map[string]int)
	for _, word := range Words(d.Title) {
		counts[stem(word)] += inTitle
	}
	for _, word := range Words(d.Text) {
		counts[stem(word)] += inText
	}
	for s, n := range counts {
		if x.postings[s] == nil {
			x.added = true
		}
		x.postings[s] = append(x.postings[s], posting{number, uint8(min(n, mostly))})
	}
}

// Has says whether the index holds the document in that revision or a later one.
func (x *Index) Has(id string, revision int) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	n, known := x.ids[id]
	return known && x.entries[n].revision >= revision
}

// Remove makes a document unfindable.
func (x *Index) Remove(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if n, known := x.ids[id]; known {
		x.entries[n].gone = true
	}
}

// Find returns the ids of documents with all the words of the query, the best first;
// where none has all, those with most of them.
func (x *Index) Find(query string, most int) []string {
	words := Words(query)
	if len(words) == 0 || most <= 0 {
		return nil
	}
	x.sort()
	x.mu.RLock()
	defer x.mu.RUnlock()
	scores := make(map[int32]hit)
	for _, word := range words {
		for n, score := range x.scores(word) {
			h := scores[n]
			scores[n] = hit{n, h.words + 1, h.score + score}
		}
	}
	hits := make([]hit, 0, len(scores))
	best := 0
	for _, h := range scores {
		hits = append(hits, h)
		best = max(best, h.words)
	}
	hits = slices.DeleteFunc(hits, func(h hit) bool { return h.words < best || 2*h.words < len(words) })
	slices.SortFunc(hits, func(a, b hit) int {
		one, other := x.entries[a.entry], x.entries[b.entry]
		return cmp.Or(cmp.Compare(b.score, a.score), other.published.Compare(one.published), cmp.Compare(one.id, other.id))
	})
	var ids []string
	for _, h := range hits[:min(most, len(hits))] {
		ids = append(ids, x.entries[h.entry].id)
	}
	return ids
}

type hit struct {
	entry int32
	words int // how many of the query's it has
	score float64
}

// scores says how well documents fit one word: its stem fits best, words that begin
// with it less. Rare words tell more than common ones.
func (x *Index) scores(word string) map[int32]float64 {
	root := stem(word)
	all := make(map[int32]float64)
	from, _ := slices.BinarySearch(x.stems, root)
	for _, s := range x.stems[from:] {
		if !strings.HasPrefix(s, root) {
			break
		}
		weight := 1.0
		if s != root {
			weight = 0.5 * float64(len(root)) / float64(len(s))
		}
		found := x.postings[s]
		weight *= math.Log1p(float64(len(x.entries)) / float64(len(found)))
		for _, p := range found {
			if !x.entries[p.entry].gone {
				all[p.entry] = max(all[p.entry], weight*(1+math.Log(float64(p.times))))
			}
		}
	}
	return all
}

// sort brings stems up to date.
func (x *Index) sort() {
	x.mu.RLock()
	added := x.added
	x.mu.RUnlock()
	if !added {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.added {
		x.stems = x.stems[:0]
		for s := range x.postings {
			x.stems = append(x.stems, s)
		}
		slices.Sort(x.stems)
		x.added = false
	}
}
