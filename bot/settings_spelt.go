package bot

import "strings"

// A button's data has room for 26 Cyrillic letters in UTF-8, and a phrase may be longer. So it
// is spelt with a byte for each letter: small Latin letters and digits as they are, the others
// by this table. It must not change: buttons stay on phones.
const (
	speltLetters = "абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя "
	speltAs      = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&*+-/=_"
)

var (
	speller   = respelling([]rune(speltLetters), []rune(speltAs))
	unspeller = respelling([]rune(speltAs), []rune(speltLetters))
)

func respelling(from, to []rune) map[rune]rune {
	by := make(map[rune]rune, len(from))
	for i, r := range from {
		by[r] = to[i]
	}
	return by
}

// spelt is a phrase in small letters with a byte for each; ok is false where it has others
// than Kyrgyz, Russian and plain Latin ones.
func spelt(phrase string) (short string, ok bool) {
	ok = true
	short = strings.Map(func(r rune) rune {
		to, known := speller[r]
		switch {
		case known:
			return to
		case '0' <= r && r <= '9', 'a' <= r && r <= 'z':
			return r
		}
		ok = false
		return -1
	}, strings.ToLower(phrase))
	return short, ok
}

// unspell returns the phrase again.
func unspell(short string) string {
	return strings.Map(func(r rune) rune {
		if to, known := unspeller[r]; known {
			return to
		}
		return r
	}, short)
}
