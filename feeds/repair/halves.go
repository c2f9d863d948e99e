package repair

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

// halves finds a letter beyond U+FFFF that was written as two surrogates, each as a
// reference of its own: as JavaScript and Java count letters. The references may be
// escaped once more, or several times.
var halves = regexp.MustCompile(`&(?:amp;)*#([xX][0-9a-fA-F]{4}|\d{5});&(?:amp;)*#([xX][0-9a-fA-F]{4}|\d{5});`)

// joinHalves joins such letters.
func joinHalves(text []byte) []byte {
	if !bytes.Contains(text, []byte(";&")) || !halves.Match(text) {
		return text
	}
	return halves.ReplaceAllFunc(text, func(found []byte) []byte {
		m := halves.FindSubmatch(found)
		letter := utf16.DecodeRune(codeOf(string(m[1])), codeOf(string(m[2])))
		if letter == '\ufffd' {
			return found
		}
		return []byte(string(letter))
	})
}

// codeOf reads the number of a reference: decimal, or hexadecimal behind an x. 0 where
// it is none.
func codeOf(number string) rune {
	base := 10
	if hex, ok := strings.CutPrefix(strings.ToLower(number), "x"); ok {
		number, base = hex, 16
	}
	n, err := strconv.ParseInt(number, base, 32)
	if err != nil {
		return 0
	}
	return rune(n)
}
