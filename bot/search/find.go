package search

import (
	"cmp"
	"math"
	"slices"
)

// Find returns the ids of documents with all the words of the query, the best first;
// where none has all, those with most of them. Its cost is bounded, whatever is asked for:
// of many words, those that most documents have are left out.
func (x *Index) Find(query string, most int) []string {
	if most <= 0 {
		return nil
	}
	r, err := understand(query, []*Index{x}, func() ([]*Index, error) { return nil, nil })
	if err != nil || len(r.words) == 0 {
		return nil
	}
	var ids []string
	for _, h := range x.hits(r.terms[0], most) {
		ids = append(ids, h.id)
	}
	return ids
}

// hit is a document that fits a query.
type hit struct {
	id        string
	language  string
	words     int     // of the query
	fits      float32 // how well they fit, in words
	score     float32
	published int64
}

// compare puts the better one first, then the newer.
func (h hit) compare(other hit) int {
	return cmp.Or(
		cmp.Compare(other.score, h.score),
		cmp.Compare(other.published, h.published), cmp.Compare(h.id, other.id),
	)
}

// Bounds of what one query may cost. A word of one or two letters is no beginning of
// another: too many begin with it.
const (
	leastPrefix  = 3       // letters
	mostStems    = 256     // that begin with a word
	mostPostings = 150_000 // looked at for a query
)

// hits are the documents with most of the terms' words, the best first.
func (x *Index) hits(terms [][]match, most int) []hit {
	x.mu.RLock()
	defer x.mu.RUnlock()
	t := x.tally(terms)
	words, fits := uint8(0), float32(0) // the most
	for _, n := range t.found {
		if f := &t.fits[n]; !x.entries[n].gone {
			words, fits = max(words, f.words), max(fits, f.fits)
		}
	}
	if words == 0 || !enough(int(words), t.asked) {
		return nil
	}
	var top []hit // the best ones, in order
	for _, n := range t.found {
		e, f := &x.entries[n], t.fits[n]
		h := hit{e.id, x.language, int(f.words), f.fits, f.score * f.fits / float32(t.asked), e.published.UnixNano()}
		if !e.gone && h.nearly(int(words), fits) {
			top = insert(top, h, most)
		}
	}
	return top
}

// nearly reports whether a document has all the words that any has, or fits about as well
// as the one that fits best.
func (h hit) nearly(words int, fits float32) bool {
	return h.words == words || h.fits >= 0.75*fits
}

// enough reports whether somebody who asks for so many words wants to see what has fewer:
// a half of two words, a third of a question.
func enough(has, asked int) bool {
	if asked <= 2 {
		return 2*has >= asked
	}
	return 3*has >= asked
}

// insert puts a hit into its place among the best.
func insert(top []hit, h hit, most int) []hit {
	if len(top) == most && h.compare(top[most-1]) > 0 {
		return top
	}
	at, _ := slices.BinarySearchFunc(top, h, hit.compare)
	return slices.Insert(top[:min(len(top), most-1)], min(at, len(top), most-1), h)
}

// tally adds up how well entries fit a query.
type tally struct {
	fits    []fit   // by entry
	found   []int32 // entries with any word, gone ones among them
	asked   int     // words of the query that count
	visited int     // postings looked at
}

type fit struct {
	score     float32
	fits      float32 // how well the words fit, in words
	best      float32 // what the last word added to the score,
	bestMatch float32 // and to that
	last      uint8   // the number of that word
	words     uint8   // how many of the query's it has
}

// tally counts the words of a query, the rarest first: what they leave of the bound is
// shared by the others.
func (x *Index) tally(terms [][]match) *tally {
	t := &tally{fits: make([]fit, len(x.entries))}
	rarest := slices.Clone(terms)
	slices.SortStableFunc(rarest, func(a, b []match) int { return cmp.Compare(x.commonness(a), x.commonness(b)) })
	for i, matches := range rarest {
		x.count(t, i+1, matches, (mostPostings-t.visited)/(len(rarest)-i))
	}
	return t
}

// commonness is how many documents have the best match.
func (x *Index) commonness(matches []match) int {
	if len(matches) == 0 {
		return 0
	}
	return len(x.postings[matches[0].stem])
}

// add notes that an entry fits the query's word of that number so well. Of the stems that
// fit a word the best one counts.
func (t *tally) add(n int32, word uint8, match, score float32) {
	f := &t.fits[n]
	if f.last != word {
		if f.words == 0 {
			t.found = append(t.found, n)
		}
		f.last, f.best, f.bestMatch = word, 0, 0
		f.words++
	}
	if score > f.best {
		f.score += score - f.best
		f.best = score
	}
	if match > f.bestMatch {
		f.fits += match - f.bestMatch
		f.bestMatch = match
	}
}

// count adds up what fits a word of the query, the best match first, and of the others no
// more than the word's share of the bound. Rare words tell more than common ones. A word
// that would exceed the bound isn't asked for.
func (x *Index) count(t *tally, number int, matches []match, share int) {
	begin, commonest := t.visited, 1
	for i, m := range matches {
		found, most := x.postings[m.stem], mostPostings
		if i > 0 || m.weight < 1 {
			most = begin + share
		}
		if t.visited+len(found) > most {
			break
		}
		t.visited += len(found)
		commonest = max(commonest, len(found)) // what fits less tells no more than what fits best
		weight := m.weight * float32(math.Log1p(float64(len(x.entries))/float64(commonest)))
		for _, p := range found {
			t.add(p.entry(), uint8(number), m.weight, weight*loudness[p&timesInAll])
		}
	}
	if len(matches) == 0 || t.visited > begin {
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
