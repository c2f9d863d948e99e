package repair

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// mistaken are the charsets that a database or a script takes UTF-8 for, whereupon it
// writes each byte as a letter of its own: "Суд" becomes "РЎСѓРґ", or "Ð¡ÑƒÐ´".
var mistaken = []struct {
	charset string
	by      *charmap.Charmap
}{
	{"windows-1251", charmap.Windows1251},
	{"windows-1252", charmap.Windows1252},
}

const (
	twiceFrom = 8   // so many words prove that a document was written twice, where they are most of it
	onceFrom  = 200 // so many others, before there is one, prove that it was not
)

// readTwice undoes UTF-8 that was written twice, and names the charset that it was taken
// for; none where it is as it should be. Single words that are, such as a template's, stay.
func readTwice(text []byte) (fixed []byte, charset string) {
	for _, m := range mistaken {
		if isTwice(text, m.by) {
			return once(text, m.by), m.charset
		}
	}
	return text, ""
}

// isTwice looks at the beginning of each word beyond ASCII. Hardly any that was meant so is
// UTF-8 taken for something else.
func isTwice(text []byte, by *charmap.Charmap) bool {
	twice, others := 0, 0
	for others < onceFrom || twice > 0 {
		at := bytes.IndexFunc(text, beyondASCII)
		if at < 0 {
			break
		}
		text = text[at:]
		if r, _ := twiceWritten(text, by); r != utf8.RuneError {
			twice++
		} else {
			others++
		}
		text = text[wordEnd(text):]
	}
	return twice >= twiceFrom && twice > others
}

// once writes a document's letters as they were meant.
func once(text []byte, by *charmap.Charmap) []byte {
	var out bytes.Buffer
	out.Grow(len(text))
	for len(text) > 0 {
		at := bytes.IndexFunc(text, beyondASCII)
		if at < 0 {
			at = len(text)
		}
		out.Write(text[:at])
		text = text[at:]
		if r, size := twiceWritten(text, by); r != utf8.RuneError {
			out.WriteRune(r)
			text = text[size:]
			continue
		}
		end := wordEnd(text)
		out.Write(text[:end])
		text = text[end:]
	}
	return out.Bytes()
}

// twiceWritten reads one letter whose bytes were written as letters, and says how many bytes
// they take now; RuneError where text doesn't begin with one.
func twiceWritten(text []byte, by *charmap.Charmap) (letter rune, size int) {
	var was [utf8.UTFMax]byte
	for n := range was {
		r, width := utf8.DecodeRune(text[size:])
		b, is := by.EncodeRune(r)
		switch {
		case width == 0:
			return utf8.RuneError, 0
		case n > 0 && (r == '?' || r == utf8.RuneError): // It was lost: windows-1251 lacks this one.
			b = 0x98
		case !is && r >= 0x80 && r < 0xa0: // The charset has no letter there, and the byte was kept.
			b = byte(r)
		case !is:
			return utf8.RuneError, 0
		}
		was[n] = b
		size += width
		if letter, _ = utf8.DecodeRune(was[:n+1]); n > 0 && letter != utf8.RuneError {
			return letter, size
		}
		if n == 0 && (b < 0xc2 || b > 0xf4) {
			break
		}
	}
	return utf8.RuneError, 0
}

func beyondASCII(r rune) bool { return r >= utf8.RuneSelf }

// wordEnd returns where the characters beyond ASCII end that text begins with.
func wordEnd(text []byte) int {
	for i, b := range text {
		if b < utf8.RuneSelf {
			return i
		}
	}
	return len(text)
}
