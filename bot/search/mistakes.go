package search

import (
	"math/bits"
	"slices"
	"strings"
)

// What a mistake costs, and how much of it a word may have. The first letter is seldom
// mistyped.
const (
	oneMistake  = 10
	likelySound = 7 // vowels for each other, a voiced sound for its voiceless one
	likelyEnd   = 3 // the end of a stem changes with what follows it
	twoSwapped  = 8
	twice       = 7 // a letter, or one that should stand twice once
	unfinished  = 3 // the word has more letters than were typed
	atBeginning = 5 // more
	beyond      = 100
)

// How many letters a word has for which mistakes are looked for.
const (
	shortestMend  = 4 // one of five was left out
	longMend      = 9 // there may be two mistakes
	longestMend   = 28
	leastCommon   = 4 // letters of a stem that isn't in the list of short words, where an ending is mistyped
	mostBehind    = 6 // letters of such endings behind a word of the list
	sureStem      = 6 // letters of a stem that needs not have been seen with the endings that were typed,
	surePrefix    = 7 // letters that were typed of an unfinished word
	sureBeginning = 8 // and where its first letters are mistyped
	shortEnding   = 2 // another letter would leave nothing of such an ending
)

// mending looks for the stems that a mistyped word may mean.
type mending struct {
	index  *Index
	word   string
	mask   uint32
	budget int
	ways   [2]written // with a folded letter as one symbol, and as the two that it may be indeed

	alignment alignment
	buffer    [longestMend]byte
}

// written is what was typed, as symbols.
type written struct {
	letters []byte
	tails   []string // by place: what follows,
	rest    []int    // and what it costs to take that for endings
}

// newMending prepares for a word; false where it is too short to tell what was meant, or
// is a number.
func (x *Index) newMending(word string) (*mending, bool) {
	letters := symbols(nil, word)
	n := len(letters)
	if n < shortestMend || len(word) > longestMend || strings.ContainsAny(word, "0123456789") {
		return nil, false
	}
	m := &mending{index: x, word: word, mask: maskOf(word), budget: oneMistake + atBeginning}
	switch {
	case n == shortestMend:
		m.budget = oneMistake
	case n >= longMend:
		m.budget = 2 * oneMistake
	}
	m.ways[0] = write(letters, x.tongue().symbols)
	m.ways[1] = m.ways[0]
	if n < len(word) {
		m.ways[1] = write([]byte(word), x.tongue().letters)
	}
	return m, true
}

func write(letters []byte, endings [][]byte) written {
	w := written{letters: letters, tails: make([]string, len(letters)+1), rest: restCosts(letters, endings)}
	for at := len(letters) - 1; at >= 0; at-- {
		w.tails[at] = spellSymbol(letters[at]) + w.tails[at+1]
	}
	return w
}

// symbols for the letters that are folded to two.
const (
	soundIa = 1 + iota
	soundIu
)

// symbols are the letters of a folded word.
func symbols(buffer []byte, word string) []byte {
	buffer = buffer[:0]
	for i := 0; i < len(word); i++ {
		c := word[i]
		if c == 'i' && i+1 < len(word) && (word[i+1] == 'a' || word[i+1] == 'u') {
			i++
			if c = soundIa; word[i] == 'u' {
				c = soundIu
			}
		}
		buffer = append(buffer, c)
	}
	return buffer
}

func spellSymbol(c byte) string {
	switch c {
	case soundIa:
		return "ia"
	case soundIu:
		return "iu"
	}
	return string(rune(c))
}

// maskOf says which letters a word has.
func maskOf(word string) (mask uint32) {
	for _, c := range []byte(word) {
		if 'a' <= c && c <= 'z' {
			mask |= 1 << (c - 'a')
		} else {
			mask |= 1 << (26 + c%6)
		}
	}
	return mask
}

// cost says how far a stem is from what was typed; beyond where it is out of the question.
// Mask has the stem's letters.
func (m *mending) cost(stem string, mask uint32) int {
	mistakes := m.budget/oneMistake + 1 // a folded letter may be missed as two
	typed := len(m.ways[1].letters)
	whole := len(stem) <= typed+mistakes && bits.OnesCount32(mask&^m.mask) <= mistakes
	part := len(stem) > typed && bits.OnesCount32(m.mask&^mask) <= mistakes
	if !whole && !part || len(stem) > longestMend {
		return beyond
	}
	letters := symbols(m.buffer[:], stem)
	folds := len(letters) < len(stem) || len(m.ways[0].letters) < typed
	cost := m.distance(stem, letters, &m.ways[0])
	if folds {
		cost = min(cost, m.distance(stem, append(m.buffer[:0], stem...), &m.ways[1]))
	}
	return m.within(cost)
}

// beginning is how many of their letters stems that begin alike share.
const beginning = 4

// alikeButOne reports whether two words may begin the same but for one mistake: it tells
// most apart at little cost.
func alikeButOne(a, b string) bool {
	i := 0
	for i < min(len(a), len(b), 2) && a[i] == b[i] {
		i++
	}
	if i == 2 || len(a) < i+2 || len(b) < i+2 || a[i] == b[i+1] && a[i+1] == b[i] {
		return true
	}
	for _, skip := range [...][2]int{{1, 1}, {1, 0}, {0, 1}, {2, 1}, {2, 0}, {1, 2}, {0, 2}} { // letters are folded to two
		restA, restB := a[i+skip[0]:], b[i+skip[1]:]
		if n := min(len(restA), len(restB), 2); restA[:n] == restB[:n] {
			return true
		}
	}
	return false
}

func (m *mending) within(cost int) int {
	if cost > m.budget {
		return beyond
	}
	return cost
}

// distance is the least cost of turning the stem into a beginning of what was typed, the
// rest of which are endings; or a beginning of the stem into all that was typed.
func (m *mending) distance(stem string, letters []byte, typed *written) int {
	n, best := len(typed.letters), beyond
	a := &m.alignment
	a.begin(typed.letters)
	for i := range letters {
		if a.next(letters, i) > m.budget+twoSwapped {
			return best
		}
		if i+1 < len(letters) && i >= shortestMend && mayBeUnfinished(n, a.last[n]) {
			best = min(best, a.last[n]+unfinished)
		}
	}
	for at := 1; at <= n; at++ {
		cost := a.last[at] + m.restAfter(letters, at, typed)
		if cost < best && cost <= m.budget && m.likely(stem, len(letters), at, a.last[at], typed) {
			best = cost
		}
	}
	if best == beyond && len(letters) < sureStem && strings.HasPrefix(m.word, stem[:len(stem)-1]) {
		best = m.wordCost(stem, typed.letters)
	}
	return best
}

// mayBeUnfinished reports whether so many letters with mistakes of that cost may be only the
// beginning of a word: of few of them, two are swapped at most.
func mayBeUnfinished(typed, cost int) bool {
	return typed >= surePrefix || typed > shortestMend && cost <= twoSwapped
}

// restAfter is what it costs to take the rest for endings. A т behind с may have been taken
// from the stem: see softened.
func (m *mending) restAfter(stem []byte, at int, typed *written) int {
	rest := typed.rest[at]
	if m.index.tongue() == kyrgyz && stem[len(stem)-1] == 's' && at+1 < len(typed.rest) && typed.letters[at] == 't' {
		rest = min(rest, typed.rest[at+1])
	}
	return rest
}

// wordCost is the least cost of the words that were made of a short stem: a mistake may
// stand where its ending begins.
func (m *mending) wordCost(stem string, typed []byte) int {
	best := beyond
	for tail := range strings.SplitSeq(m.index.tails[stem], between) {
		word := stem + tail
		if off := len(word) - len(typed); off < -1 || off > 1 || len(word) > longestMend || len(typed) == shortestMend && off < 1 {
			continue
		}
		a, letters := &m.alignment, append(m.buffer[:0], word...)
		a.begin(typed)
		least := 0
		for i := 0; i < len(letters) && least <= m.budget; i++ {
			least = a.next(letters, i)
		}
		if least <= m.budget {
			best = min(best, a.last[len(typed)])
		}
	}
	return best
}

// likely reports whether the letters up to that place, with mistakes of that cost, may mean a
// stem of so many. The fewer there are, the more words are near: then it must be a word that
// stood in a text.
func (m *mending) likely(stem string, letters, at, cost int, typed *written) bool {
	switch {
	case typed.rest[at] > 0 && cost > 0: // an ending is mistyped, and nothing else
		return false
	case typed.rest[at] > 0:
		return letters >= leastCommon || m.index.tongue().short[stem] && len(typed.letters)-at <= mostBehind
	case len(typed.letters) == shortestMend && (letters != at+1 || cost > oneMistake): // of five letters one was left out
		return false
	case letters < sureStem || cost > oneMistake && letters < sureBeginning:
		return m.index.seen(stem, typed.tails[at])
	case cost > oneMistake+atBeginning: // two mistakes
		return letters >= longMend-1
	}
	return true
}

// restCosts says for each place in a word what it costs to take the rest for endings, one
// of which may be mistyped.
func restCosts(typed []byte, endings [][]byte) []int {
	n := len(typed)
	costs := make([]int, n+1)
	for at := n - 1; at >= 0; at-- {
		costs[at] = beyond
		for _, ending := range endings {
			for length := max(1, len(ending)-1); length <= len(ending)+1 && at+length <= n; length++ {
				before := costs[at+length]
				if before >= costs[at] {
					continue
				}
				if edit := fewEdits(ending, typed[at:at+length]); edit == 0 || before == 0 && edit < beyond {
					costs[at] = min(costs[at], before+edit)
				}
			}
		}
	}
	return costs
}

// fewEdits is 0 for the same, the cost where one edit leads from an ending to what was
// typed, and beyond otherwise. Of a short ending another letter would leave nothing.
func fewEdits(ending, typed []byte) int {
	i, before := 0, byte(0)
	for i < min(len(ending), len(typed)) && ending[i] == typed[i] {
		i, before = i+1, typed[i]
	}
	long := len(ending) > shortEnding
	ending, typed = ending[i:], typed[i:]
	edit := false
	switch len(typed) - len(ending) {
	case 0:
		if len(ending) == 0 {
			return 0
		}
		edit = long && slices.Equal(ending[1:], typed[1:]) || swapped(ending, typed)
	case -1:
		edit = long && slices.Equal(ending[1:], typed)
	case 1:
		edit = (long || typed[0] == before) && slices.Equal(ending, typed[1:])
	}
	if edit {
		return oneMistake
	}
	return beyond
}

// swapped reports whether the first two letters of a word are swapped in another.
func swapped(a, b []byte) bool {
	return len(a) > 1 && a[0] == b[1] && a[1] == b[0] && slices.Equal(a[2:], b[2:])
}
