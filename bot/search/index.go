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
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"
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
	language string  // of the documents, for who has several indexes
	speech   *tongue // of that language
	mu       sync.RWMutex
	ids      map[string]int32
	entries  []entry
	postings map[string][]posting
	stems    []string          // of postings, in order, for words that are not typed to the end
	fresh    []string          // those that are not among the stems yet
	masks    []uint32          // the letters of the stems
	spans    []span            // of stems that begin alike
	tails    map[string]string // what stood behind a short stem: "||дын|лар|"
	gone     int               // entries that are
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

// tongue is how the index spells its words.
func (x *Index) tongue() *tongue { return cmp.Or(x.speech, kyrgyz) }

// tongueOf is that of a language, by its tag.
func tongueOf(tag string) *tongue {
	base, _ := language.Make(tag).Base()
	script, _ := language.Make(tag).Script()
	switch {
	case base.String() == "ru":
		return russian
	case script.String() == "Latn":
		return byLetter
	}
	return kyrgyz
}

// Put adds a document, or puts a later revision in place of an earlier one.
func (x *Index) Put(d Document) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ids == nil {
		x.ids, x.postings, x.tails = make(map[string]int32), make(map[string][]posting), make(map[string]string)
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
	for s, n := range x.counts(d) {
		if x.postings[s] == nil {
			x.fresh = append(x.fresh, s)
		}
		x.postings[s] = append(x.postings[s], newPosting(number, n))
	}
	x.shrink()
}

// counts says how much of which stems the document has, and notes the words that it makes
// of them.
func (x *Index) counts(d Document) map[string]int {
	t, words := x.tongue(), make(map[string]int)
	t.count(words, d.Title, inTitle)
	t.count(words, d.Text, inText)
	counts := make(map[string]int)
	for word, n := range words {
		s := t.stem(word)
		counts[s] += n
		if tail := word[len(s):]; len(s) <= longestNoted && !x.seen(s, tail) {
			x.tails[s] = cmp.Or(x.tails[s], between) + tail + between
		}
	}
	return counts
}

// The words that are made of a stem are noted as their ends, for stems that are so short
// that a mistyped one means any of many.
const (
	longestNoted = 7
	between      = "|"
)

// seen reports whether a text had the word that is a short stem with that end.
func (x *Index) seen(stem, tail string) bool {
	return strings.Contains(x.tails[stem], between+tail+between)
}

// count counts a text's words, and those with a hyphen in one piece as well.
func (t *tongue) count(counts map[string]int, text string, worth int) {
	words := 0
	for field := range strings.FieldsSeq(text) {
		all := wordsOf(field, t.fold)
		for _, word := range all {
			if words++; words > mostWords {
				return
			}
			counts[word] += worth
		}
		if len(all) > 1 && isHyphened(field) {
			counts[cutWord(strings.Join(all, ""))] += worth
		}
	}
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
			delete(x.tails, s)
		}
	}
	forgotten := func(s string) bool { return x.postings[s] == nil }
	x.stems, x.fresh = slices.DeleteFunc(x.stems, forgotten), slices.DeleteFunc(x.fresh, forgotten)
	x.describeStems()
}

// Has reports whether the index holds the document in that revision or a later one.
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

// sort brings stems up to date.
func (x *Index) sort() {
	x.mu.RLock()
	sorted := len(x.fresh) == 0
	x.mu.RUnlock()
	if sorted {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	slices.Sort(x.fresh)
	all := make([]string, 0, len(x.stems)+len(x.fresh))
	rest := x.stems
	for _, s := range x.fresh {
		at, _ := slices.BinarySearch(rest, s)
		all, rest = append(append(all, rest[:at]...), s), rest[at:]
	}
	x.stems, x.fresh = append(all, rest...), nil
	x.describeStems()
}

// span is a stretch of stems that begin alike.
type span struct {
	begin    string
	from, to int
}

// describeStems notes the letters of the stems, and how they begin.
func (x *Index) describeStems() {
	x.masks, x.spans = make([]uint32, len(x.stems)), nil
	for i, s := range x.stems {
		x.masks[i] = maskOf(s)
		begin := s[:min(len(s), beginning)]
		if last := len(x.spans) - 1; last < 0 || x.spans[last].begin != begin {
			x.spans = append(x.spans, span{begin: begin, from: i})
		}
		x.spans[len(x.spans)-1].to = i + 1
	}
}
