// Package search finds news by their words: in Kyrgyz and Russian with their endings,
// typed with or without Kyrgyz letters, or in Latin ones.
//
// The index lives in memory and holds no text: what it keeps grows with the number of
// different words, and by four bytes for each different word of a document, of which it
// reads the first thousands. It holds 20,000 documents, and lets the oldest go for newer
// ones. It is safe for concurrent use.
package search

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
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
	gone     int      // entries that are
}

// Bounds of what an index keeps.
const (
	mostDocuments = 20_000
	mostWords     = 3_000 // of one document
	slack         = 2_000 // entries that may be gone before their postings go too
)

type entry struct {
	id        string
	revision  int
	published time.Time
	gone      bool
}

// posting says that a document has a word: the number of its entry, and in the lowest
// bits how much it has of it. A title counts for more.
type posting uint32

// What a word counts, and at most.
const (
	inTitle    = 6
	inText     = 1
	mostly     = 12
	timesBits  = 4
	timesInAll = 1<<timesBits - 1
)

func newPosting(entry int32, count int) posting {
	return posting(entry)<<timesBits | posting(min(count, mostly))
}

func (p posting) entry() int32 { return int32(p >> timesBits) }
func (p posting) times() int   { return int(p & timesInAll) }

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
		x.bury(old)
	}
	number := int32(len(x.entries))
	x.ids[d.ID] = number
	x.entries = append(x.entries, entry{id: d.ID, revision: d.Revision, published: d.Published})
	for s, n := range d.counts() {
		if x.postings[s] == nil {
			x.added = true
		}
		x.postings[s] = append(x.postings[s], newPosting(number, n))
	}
	x.shrink()
}

// counts says how much of which stems the document has.
func (d Document) counts() map[string]int {
	counts := make(map[string]int)
	for _, word := range Words(d.Title) {
		counts[stem(word)] += inTitle
	}
	text := Words(d.Text)
	for _, word := range text[:min(len(text), mostWords)] {
		counts[stem(word)] += inText
	}
	return counts
}

// bury takes an entry out of what is found.
func (x *Index) bury(number int32) {
	if !x.entries[number].gone {
		x.entries[number].gone = true
		x.gone++
	}
}

// shrink lets the oldest documents go when there are too many, and then or after many
// corrections the postings of what is gone.
func (x *Index) shrink() {
	if len(x.entries)-x.gone >= mostDocuments+slack {
		var all []int32
		for number, e := range x.entries {
			if !e.gone {
				all = append(all, int32(number))
			}
		}
		slices.SortFunc(all, func(a, b int32) int { return x.entries[b].published.Compare(x.entries[a].published) })
		for _, number := range all[mostDocuments:] {
			x.bury(number)
		}
	}
	if x.gone >= slack {
		x.compact()
	}
}

// compact forgets what is gone.
func (x *Index) compact() {
	numbers := make([]int32, len(x.entries)) // new ones
	kept := make([]entry, 0, len(x.entries)-x.gone)
	for number, e := range x.entries {
		if e.gone {
			numbers[number] = -1
			continue
		}
		numbers[number] = int32(len(kept))
		kept = append(kept, e)
	}
	x.entries, x.gone = kept, 0
	clear(x.ids)
	for number, e := range kept {
		x.ids[e.id] = int32(number)
	}
	for s, postings := range x.postings {
		var left []posting
		for _, p := range postings {
			if number := numbers[p.entry()]; number >= 0 {
				left = append(left, newPosting(number, p.times()))
			}
		}
		if x.postings[s] = left; left == nil {
			delete(x.postings, s)
			x.added = true
		}
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
		x.bury(n)
	}
}

// Find returns the ids of documents with all the words of the query, the best first;
// where none has all, those with most of them. Its cost is bounded, whatever is asked for.
func (x *Index) Find(query string, most int) []string {
	roots := rootsOf(query)
	if len(roots) == 0 || most <= 0 {
		return nil
	}
	x.sort()
	x.mu.RLock()
	defer x.mu.RUnlock()
	t := newTally(len(x.entries))
	for i, root := range roots {
		x.count(t, i+1, root)
	}
	best := 0
	for _, n := range t.found {
		best = max(best, int(t.words[n]))
	}
	if 2*best < len(roots) {
		return nil
	}
	var top []int32 // the best ones, in order
	for _, n := range t.found {
		if int(t.words[n]) == best {
			top = x.insert(top, t, n, most)
		}
	}
	var ids []string
	for _, n := range top {
		ids = append(ids, x.entries[n].id)
	}
	return ids
}

// mostRoots is how many different words of a query count.
const mostRoots = 32

// rootsOf are the stems of a query's words, each once.
func rootsOf(query string) (roots []string) {
	for _, word := range Words(query) {
		if root := stem(word); len(roots) < mostRoots && !slices.Contains(roots, root) {
			roots = append(roots, root)
		}
	}
	return roots
}

// insert puts an entry into its place among the best.
func (x *Index) insert(top []int32, t *tally, n int32, most int) []int32 {
	if len(top) == most && x.order(t, n, top[most-1]) > 0 {
		return top
	}
	at, _ := slices.BinarySearchFunc(top, n, func(a, b int32) int { return x.order(t, a, b) })
	return slices.Insert(top[:min(len(top), most-1)], min(at, len(top), most-1), n)
}

// order compares two entries: the better one is less, then the newer.
func (x *Index) order(t *tally, a, b int32) int {
	one, other := x.entries[a], x.entries[b]
	return cmp.Or(cmp.Compare(t.score[b], t.score[a]), other.published.Compare(one.published), cmp.Compare(one.id, other.id))
}

// Bounds of what one query may cost. A word of one or two letters is no beginning of
// another: too many begin with it.
const (
	leastPrefix  = 3       // letters
	mostStems    = 256     // that begin with a word
	mostPostings = 400_000 // looked at for a query's beginnings of words, in all
)

// tally adds up how well entries fit a query.
type tally struct {
	score   []float64 // by entry
	words   []uint8   // how many of the query's it has
	last    []uint8   // the last of them,
	best    []float64 // and what that one added
	found   []int32   // entries with any
	visited int       // postings looked at
}

func newTally(entries int) *tally {
	return &tally{
		score: make([]float64, entries), best: make([]float64, entries),
		words: make([]uint8, entries), last: make([]uint8, entries),
	}
}

// add notes that an entry fits the query's word of that number so well. Of the stems that
// begin with a word the best one counts.
func (t *tally) add(n int32, word uint8, score float64) {
	switch {
	case t.last[n] != word:
		if t.words[n] == 0 {
			t.found = append(t.found, n)
		}
		t.last[n], t.best[n] = word, score
		t.words[n]++
		t.score[n] += score
	case score > t.best[n]:
		t.score[n] += score - t.best[n]
		t.best[n] = score
	}
}

// count adds up what fits a word of the query: its stem fits best, words that begin with
// it less, the longer the less. Rare words tell more than common ones.
func (x *Index) count(t *tally, number int, root string) {
	for i, s := range x.beginning(root) {
		found := x.postings[s]
		weight := 1.0
		if s != root {
			if weight = 0.5 * float64(len(root)) / float64(len(s)); i > 0 && t.visited+len(found) > mostPostings {
				return
			}
		}
		t.visited += len(found)
		weight *= math.Log1p(float64(len(x.entries)) / float64(len(found)))
		for _, p := range found {
			if n := p.entry(); !x.entries[n].gone {
				t.add(n, uint8(number), weight*loudness[p&timesInAll])
			}
		}
	}
}

// loudness is what having a word so many times is worth.
var loudness = func() (table [timesInAll + 1]float64) {
	for times := range table {
		table[times] = 1 + math.Log(float64(max(1, times)))
	}
	return table
}()

// beginning are the stems that begin with a word: itself first, and the shortest of the others.
func (x *Index) beginning(root string) []string {
	from, itself := slices.BinarySearch(x.stems, root)
	if utf8.RuneCountInString(root) < leastPrefix {
		if !itself {
			return nil
		}
		return x.stems[from : from+1]
	}
	to := from
	for to < len(x.stems) && strings.HasPrefix(x.stems[to], root) {
		to++
	}
	stems := x.stems[from:to]
	if len(stems) > mostStems {
		stems = slices.Clone(stems)
		slices.SortStableFunc(stems, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
		stems = stems[:mostStems]
	}
	return stems
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
