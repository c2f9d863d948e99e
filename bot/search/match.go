package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// spelt is a word as the index spells it; empty where it can't have it: a word in Cyrillic
// letters is no English one, much as it may sound like it.
func (x *Index) spelt(t term) string {
	if x.tongue() == byLetter {
		return t.latin
	}
	return t.sound
}

// matches are the stems that fit a word, the best first: its own, those of its family, those
// that begin with it, and its synonyms.
func (x *Index) matches(t term) []match {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var found []match
	if word := x.spelt(t); word != "" {
		found = x.relatives(x.tongue().stem(word))
	}
	for _, other := range t.synonyms(x.tongue()) {
		if x.postings[other.stem] != nil {
			found = append(found, other)
		}
	}
	slices.SortStableFunc(found, func(a, b match) int { return cmp.Compare(b.weight, a.weight) })
	return found[:min(len(found), mostStems)]
}

// known are those of the matches that are stems of the index.
func (x *Index) known(matches []match) []match {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return slices.DeleteFunc(matches, func(m match) bool { return x.postings[m.stem] == nil })
}

// relatives are the stem itself, where it is one, those of its family and those that begin with it.
func (x *Index) relatives(own string) (found []match) {
	if x.postings[own] != nil {
		found = append(found, match{own, 1})
	}
	if utf8.RuneCountInString(own) < leastPrefix {
		return found
	}
	t := x.tongue()
	if short := own[:leastPrefix]; len(own) > leastPrefix && x.postings[short] != nil && t.isChain(own, leastPrefix) {
		found = append(found, match{short, asShort})
	}
	family := t.root(own)
	for _, s := range x.beginning(family) {
		switch {
		case s == own:
		case len(own) == leastPrefix && t.isChain(s, leastPrefix):
			found = append(found, match{s, asShort})
		case t.root(s) == family && sureFamily(family, own, s):
			found = append(found, match{s, ofFamily})
		case strings.HasPrefix(s, own) && 5*len(own) >= 2*len(s): // of which it is a good part
			found = append(found, match{s, asPrefix * float32(len(own)) / float32(len(s))})
		}
	}
	return append(found, x.otherForms(own)...)
}

// sureFamily reports whether two stems with the same root are of one family: a short root is
// that of many words, unless one goes on from the other: опекун, опекунство.
func sureFamily(root, a, b string) bool {
	if len(root) > shortest || max(len(a), len(b)) <= shortest+3 {
		return true
	}
	return min(len(a), len(b)) > shortest && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}

// otherForms are those of a short Russian word that are stems.
func (x *Index) otherForms(own string) (found []match) {
	if x.tongue() != russian {
		return nil
	}
	for _, form := range shortForms(own) {
		if x.postings[form] != nil {
			found = append(found, match{form, ofShortForm})
		}
	}
	return found
}

// beginning are the stems that begin so, in order.
func (x *Index) beginning(with string) []string {
	from, _ := slices.BinarySearch(x.stems, with)
	to := from
	for to < len(x.stems) && to < from+mostRange && strings.HasPrefix(x.stems[to], with) {
		to++
	}
	return x.stems[from:to]
}

// nearest are the stems of so many letters at least that a mistyped word may mean, and what
// mistake that would be; only those with the smallest.
func (x *Index) nearest(t term, letters int) (found []match, cost int) {
	cost = beyond
	m, ok := x.newMending(x.spelt(t))
	if !ok {
		return nil, cost
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	for _, span := range x.spans {
		if !alikeButOne(span.begin, m.word) {
			continue
		}
		for i := span.from; i < span.to; i++ {
			switch s, c := x.stems[i], m.cost(x.stems[i], x.masks[i]); {
			case c == beyond || c > cost || len(s) < letters:
			case c < cost:
				found, cost = append(found[:0], match{s, 0}), c
			default:
				found = append(found, match{s, 0})
			}
		}
	}
	longest := 0
	for _, f := range found {
		longest = max(longest, len(f.stem))
	}
	found = slices.DeleteFunc(found, func(f match) bool { return len(f.stem) < longest }) // it has more letters right
	slices.SortFunc(found, func(a, b match) int { return cmp.Compare(len(x.postings[b.stem]), len(x.postings[a.stem])) })
	var all []match
	for _, near := range found[:min(len(found), mostNearest)] {
		for _, m := range x.relatives(near.stem) {
			all = append(all, match{m.stem, m.weight * mistyped * (1 - float32(cost)/beyond)})
		}
	}
	slices.SortStableFunc(all, func(a, b match) int { return cmp.Compare(b.weight, a.weight) })
	return all[:min(len(all), mostStems)], cost
}
