package search

// alignment compares a stem with what was typed, letter by letter: a row of the table of
// Damerau and Levenshtein for each letter of the stem, of which three are kept.
type alignment struct {
	typed             []byte
	rows              [3][longestMend + 1]int
	before, last, row *[longestMend + 1]int // by letters of what was typed: the least cost
}

// begin starts with no letter of the stem.
func (a *alignment) begin(typed []byte) {
	a.typed = typed
	a.before, a.row, a.last = &a.rows[0], &a.rows[1], &a.rows[2]
	a.last[0] = 0
	for j := 1; j <= len(typed); j++ {
		a.last[j] = j*oneMistake + atBeginning
	}
}

// next adds the i-th letter of the stem, and returns the least cost there is.
func (a *alignment) next(stem []byte, i int) int {
	row, last, typed := a.row, a.last, a.typed
	left := oneMistake
	if i > 0 && stem[i] == stem[i-1] {
		left = twice
	}
	row[0] = (i+1)*oneMistake + atBeginning
	least := row[0]
	for j := range typed {
		more := oneMistake
		if j > 0 && typed[j] == typed[j-1] {
			more = twice
		}
		cost := min(last[j]+instead(stem, typed, i, j), last[j+1]+left, row[j]+more)
		if i > 0 && j > 0 && stem[i] == typed[j-1] && stem[i-1] == typed[j] && stem[i] != stem[i-1] {
			swapped := a.before[j-1] + twoSwapped
			if i == 1 && j == 1 {
				swapped += atBeginning
			}
			cost = min(cost, swapped)
		}
		row[j+1] = cost
		least = min(least, cost)
	}
	a.before, a.last, a.row = last, row, a.before
	return least
}

// instead is the cost of a letter in place of the stem's.
func instead(stem, typed []byte, i, j int) int {
	meant, got := stem[i], typed[j]
	if meant == got {
		return 0
	}
	cost := oneMistake
	if group := soundGroup[meant]; group != 0 && group == soundGroup[got] {
		if cost = likelySound; i == len(stem)-1 && (meant == 'k' || meant == 'p') { // see softened
			cost = likelyEnd
		}
	}
	if i == 0 && j == 0 {
		cost += atBeginning
	}
	return cost
}

// vowelGroup is that of the vowels.
const vowelGroup = 1

// soundGroup is shared by letters that are taken for each other; the others have none.
var soundGroup = func() (groups [256]byte) {
	for i, letters := range []string{"aeiou", "kg", "bp", "dt", "zs", "jwq", "vf"} {
		for _, c := range []byte(letters) {
			groups[c] = byte(vowelGroup + i)
		}
	}
	groups[soundIa], groups[soundIu] = vowelGroup, vowelGroup
	return groups
}()
