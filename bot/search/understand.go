package search

import (
	"slices"
	"strings"
)

// reading is one way to understand a query: its words, and what fits them in each index.
type reading struct {
	words []term
	terms [][][]match // by index and word
	scope []*Index
	fits  int  // words that something fits
	wrong bool // it takes words for others than were typed
}

// mostSpellings is how many other spellings of a query's words are looked up.
const mostSpellings = 64

// surely is how many letters a word has for which mistakes are looked for in a language that
// the reader doesn't read.
const surely = 6

// mostScans is how often mistakes are looked for in an index for one query.
const mostScans = 8

// understand reads a query as it was typed or, where that fits less, with the keyboard
// switched, or with its Latin letters for other sounds; asks the reader's own indexes or,
// where those have less, the others; and looks for mistakes last.
func understand(query string, own []*Index, others func() ([]*Index, error)) (reading, error) {
	query = query[:min(len(query), mostTyped)]
	typed, switched := readTyped(query), readTyped(switchKeyboard(query))
	scans := mostScans
	tried := []reading{read(typed, own), read(switched, own)}
	tried[1].wrong = true
	if i := slices.IndexFunc(tried, reading.complete); i >= 0 {
		tried[i].correct(0, &scans)
		return tried[i], nil
	}
	tried[0].respell()
	if tried[0].complete() {
		return tried[0], nil
	}
	foreign, err := others()
	if err != nil {
		return reading{}, err
	}
	for i, words := range [][]term{typed, switched} {
		r := read(words, foreign)
		r.wrong = i == 1
		if r.complete() && r.sure() {
			return r, nil
		} else if len(foreign) > 0 {
			tried = append(tried, r)
		}
	}
	best := tried[0]
	for i := range tried {
		r := &tried[i]
		if i < 2 {
			r.correct(0, &scans)
		} else if r.correct(surely, &scans); !r.complete() {
			continue // in a foreign language less than all would be an accident
		}
		if r.fits*len(best.words) > best.fits*len(r.words) {
			best = *r
		}
		if r.complete() {
			break
		}
	}
	return best, nil
}

// stems are those that fit a word of the reading: what to mark in a text.
func (r reading) stems() Stems {
	stems := make(Stems)
	for _, terms := range r.terms {
		for _, matches := range terms {
			for _, m := range matches {
				stems[m.stem] = true
			}
		}
	}
	for _, t := range r.words {
		for _, part := range t.parts {
			for _, x := range r.scope {
				stems[x.tongue().stem(x.spelt(part))] = true
			}
		}
	}
	return stems
}

// meant is what each word was taken for; nil where that is what was typed.
func (r reading) meant() (all []Stems) {
	if !r.wrong {
		return nil
	}
	for n := range r.words {
		stems := make(Stems)
		for _, matches := range r.word(n) {
			for _, m := range matches {
				stems[m.stem] = true
			}
		}
		all = append(all, stems)
	}
	return all
}

// String is the query as it was understood: read again it finds the same.
func (r reading) String() string {
	words := make([]string, len(r.words))
	for i, t := range r.words {
		words[i] = t.String()
	}
	return strings.Join(words, " ")
}

// read looks up the words of a query. One with a hyphen, or that may be shortened, is looked
// up in one piece, and where nobody writes it so, by its parts.
func read(words []term, scope []*Index) reading {
	r := reading{scope: scope, terms: make([][][]match, len(scope))}
	for _, x := range scope {
		x.sort()
	}
	for _, word := range words {
		parts := []term{word}
		if !fitting(r.lookUp(word), nothing) {
			parts = r.partsOf(word)
		}
		for _, part := range parts[:min(len(parts), mostTerms-len(r.words))] {
			found := r.lookUp(part)
			if fitting(found, nothing) {
				r.fits++
			}
			r.words = append(r.words, part)
			for i := range scope {
				r.terms[i] = append(r.terms[i], found[i])
			}
		}
	}
	return r
}

// partsOf are the words that one is made of, with a hyphen or by shortening the first.
func (r *reading) partsOf(word term) []term {
	if word.parts != nil {
		return telling(word.parts)
	}
	full, behind := spellOut(word.sound)
	rest := term{sound: behind}
	switch {
	case full != "" && behind == "":
		return []term{{sound: full}}
	case full != "" && fitting(r.lookUp(rest), asPrefix): // else it is another word that begins so
		return []term{{sound: full}, rest}
	}
	return []term{word}
}

// lookUp returns what fits a word in each index.
func (r *reading) lookUp(word term) [][]match {
	found := make([][]match, len(r.scope))
	for i, x := range r.scope {
		found[i] = x.matches(word)
	}
	return found
}

// nothing and less than all that a word of a query may be worth.
const (
	nothing   = 0
	notItself = 0.99
)

// fitting reports whether anything fits better.
func fitting(found [][]match, than float32) bool {
	return slices.ContainsFunc(found, func(m []match) bool { return len(m) > 0 && m[0].weight > than })
}

// word is what fits the n-th word in each index.
func (r *reading) word(n int) [][]match {
	found := make([][]match, len(r.scope))
	for i := range r.scope {
		found[i] = r.terms[i][n]
	}
	return found
}

// set puts other matches in place of a word's.
func (r *reading) set(n int, found [][]match) {
	if !fitting(r.word(n), nothing) {
		r.fits++
	}
	for i := range r.scope {
		r.terms[i][n] = found[i]
	}
}

// respell tries other spellings of words that nothing fits.
func (r *reading) respell() {
	left := mostSpellings
	for n, word := range r.words {
		if fitting(r.word(n), nothing) {
			continue
		}
		for _, other := range word.spellings() {
			if left--; left < 0 {
				return
			}
			word := term{sound: other} // what is respelt was no English
			if found := r.lookUp(word); !askingCyrillic[kyrgyz.stem(other)] && fitting(found, notItself) {
				r.words[n] = word
				r.set(n, found)
				r.wrong = true
				break
			}
		}
	}
}

// sure reports whether each word is more than the beginning of another.
func (r *reading) sure() bool {
	for n := range r.words {
		if !fitting(r.word(n), asPrefix) {
			return false
		}
	}
	return true
}

func (r reading) complete() bool { return r.fits > 0 && r.fits == len(r.words) }

// correct looks for what is meant by words that don't stand in any index: where others fit
// them, it may be one of these or a single mistake. What is meant has so many letters at least.
func (r *reading) correct(letters int, scans *int) {
	for n, word := range r.words {
		known := r.word(n)
		if fitting(known, asShort-0.01) {
			continue
		}
		if *scans -= len(r.scope); *scans < 0 {
			return
		}
		found, cost := r.nearest(word, letters)
		fits := fitting(known, nothing)
		if cost == beyond && !fits {
			r.setNearSynonyms(n)
		}
		if cost == beyond || fits && (cost > oneMistake || r.hasSynonyms(word)) { // a word of the table is no mistake
			continue
		}
		for i := range found {
			for _, m := range known[i] {
				found[i] = append(found[i], match{m.stem, m.weight * mistyped})
			}
		}
		r.set(n, found)
		r.wrong = r.wrong || !fits
	}
}

// setNearSynonyms takes a word that nothing comes near for a mistyped one of the table of synonyms.
func (r *reading) setNearSynonyms(n int) {
	found := make([][]match, len(r.scope))
	for i, x := range r.scope {
		found[i] = x.known(r.words[n].nearSynonyms(x.tongue()))
	}
	if fitting(found, nothing) {
		r.set(n, found)
		r.wrong = true
	}
}

// nearest are the stems of each index that a word may mean, where it is as near as in any.
func (r *reading) nearest(word term, letters int) (found [][]match, least int) {
	found, least = make([][]match, len(r.scope)), beyond
	for i, x := range r.scope {
		if letters > 0 && word.latin != "" && x.tongue() != byLetter {
			continue // an English word and what only sounds nearly like it
		}
		near, cost := x.nearest(word, letters)
		if cost < least {
			clear(found)
		}
		if cost <= least {
			found[i], least = near, cost
		}
	}
	return found, least
}

func (r *reading) hasSynonyms(word term) bool {
	return slices.ContainsFunc(r.scope, func(x *Index) bool { return len(word.synonyms(x.tongue())) > 0 })
}

// hits are the documents of all indexes with most of the words, the best first.
func (r reading) hits() (all []hit) {
	for i, x := range r.scope {
		all = append(all, x.hits(r.terms[i], Most)...)
	}
	slices.SortFunc(all, hit.compare)
	words, fits := 0, float32(0)
	for _, h := range all {
		words, fits = max(words, h.words), max(fits, h.fits)
	}
	all = slices.DeleteFunc(all, func(h hit) bool { return !h.nearly(words, fits) })
	return all[:min(len(all), Most)]
}
