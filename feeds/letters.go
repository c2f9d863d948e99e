package feeds

import (
	"errors"
	"strings"
)

// errLetters says that a site shows no letters: its database or a script lost the charset
// on the way, and every letter that it doesn't know there became a question mark.
var errLetters = errors.New("its letters are question marks: the site's database or script has lost the charset; " +
	"its administrator must mend that")

// lettersLost reports whether at least half of a document's titles were lost so. Nothing of
// it is taken then: people have those items with their letters.
func lettersLost(entries []entry) bool {
	lost := 0
	for _, e := range entries {
		if questionMarks(e.Item.Title) {
			lost++
		}
	}
	return lost > 0 && 2*lost >= len(entries)
}

// questionMarks reports whether most words of a title are nothing but question marks.
func questionMarks(title string) bool {
	lost, words := 0, 0
	for word := range strings.FieldsSeq(title) {
		words++
		if strings.Contains(word, "??") && strings.Trim(word, `?.,:;!"«»()-`) == "" {
			lost++
		}
	}
	return lost > 0 && 2*lost >= words
}
