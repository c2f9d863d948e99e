package search

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Find returns the ids of documents with all the words of the query, the best first;
// where none has all, those with most of them. Its cost is bounded, whatever is asked for:
// of many words, those that most documents have are left out.
func (x *Index) Find(query string, most int) []string {
	roots := rootsOf(query)
	if len(roots) == 0 || most <= 0 {
		return nil
	}
	x.sort()
	x.mu.RLock()
	defer x.mu.RUnlock()
	t := x.tally(roots)
	found := slices.DeleteFunc(t.found, func(n int32) bool { return x.entries[n].gone })
	best := uint8(0)
	for _, n := range found {
		best = max(best, t.fits[n].words)
	}
	if 2*int(best) < t.asked {
		return nil
	}
	var top []int32 // the best ones, in order
	for _, n := range found {
		if t.fits[n].words == best {
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
	one, other := &x.entries[a], &x.entries[b]
	if byScore := cmp.Compare(t.fits[b].score, t.fits[a].score); byScore != 0 {
		return byScore
	}
	if byAge := other.published.Compare(one.published); byAge != 0 {
		return byAge
	}
	return cmp.Compare(one.id, other.id)
}

// Bounds of what one query may cost. A word of one or two letters is no beginning of
// another: too many begin with it.
const (
	leastPrefix  = 3       // letters
	mostStems    = 256     // that begin with a word
	mostPostings = 150_000 // looked at for a query
)

// tally adds up how well entries fit a query.
type tally struct {
	fits    []fit   // by entry
	found   []int32 // entries with any word, gone ones among them
	asked   int     // words of the query that count
	visited int     // postings looked at
}

type fit struct {
	score float32
	best  float32 // what the last word added
	last  uint8   // the number of that word
	words uint8   // how many of the query's it has
}

// tally counts the words of a query, the rarest first: what they leave of the bound is
// shared by the others.
func (x *Index) tally(roots []string) *tally {
	t := &tally{fits: make([]fit, len(x.entries))}
	slices.SortStableFunc(roots, func(a, b string) int { return cmp.Compare(len(x.postings[a]), len(x.postings[b])) })
	for i, root := range roots {
		x.count(t, i+1, root, (mostPostings-t.visited)/(len(roots)-i))
	}
	return t
}

// add notes that an entry fits the query's word of that number so well. Of the stems that
// begin with a word the best one counts.
func (t *tally) add(n int32, word uint8, score float32) {
	f := &t.fits[n]
	switch {
	case f.last != word:
		if f.words == 0 {
			t.found = append(t.found, n)
		}
		f.last, f.best = word, score
		f.words++
		f.score += score
	case score > f.best:
		f.score += score - f.best
		f.best = score
	}
}

// count adds up what fits a word of the query: its stem fits best, words that begin with
// it less, the longer the less, and no more of them than the word's share of the bound.
// Rare words tell more than common ones. A word that would exceed the bound isn't asked for.
func (x *Index) count(t *tally, number int, root string, share int) {
	begin := t.visited
	stems := x.beginning(root)
	for _, s := range stems {
		found, weight, most := x.postings[s], 1.0, mostPostings
		if s != root {
			weight, most = 0.5*float64(len(root))/float64(len(s)), begin+share
		}
		if t.visited+len(found) > most {
			break
		}
		t.visited += len(found)
		weight *= math.Log1p(float64(len(x.entries)) / float64(len(found)))
		for _, p := range found {
			t.add(p.entry(), uint8(number), float32(weight)*loudness[p&timesInAll])
		}
	}
	if len(stems) == 0 || t.visited > begin {
		t.asked++
	}
}

// loudness is what having a word so many times is worth.
var loudness = func() (table [timesInAll + 1]float32) {
	for times := range table {
		table[times] = float32(1 + math.Log(float64(max(1, times))))
	}
	return table
}()

// beginning are the stems that begin with a word, the shortest first: itself, where it is one.
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
	stems := slices.Clone(x.stems[from:to])
	slices.SortStableFunc(stems, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	return stems[:min(len(stems), mostStems)]
}
