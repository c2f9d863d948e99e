package search

import (
	"strings"
	"unicode/utf8"
)

// Mark is a stretch of a text, in bytes.
type Mark struct{ From, To int }

// Stems are those of the words that a search found.
type Stems map[string]bool

// have reports whether they have a word's.
func (s Stems) have(word string) bool {
	word = strings.ToLower(word)
	sound := fold(word)
	return s[kyrgyz.stem(sound)] || s[russian.stem(sound)] || s[byLetter.stem(foldLatin(word))]
}

// Marks are where the words that were found stand in a text.
func Marks(text string, found Stems) (marks []Mark) {
	eachMark(text, found, func(m Mark) bool {
		marks = append(marks, m)
		return true
	})
	return marks
}

// eachMark calls f with each mark in turn until it returns false.
func eachMark(text string, found Stems, f func(Mark) bool) {
	for at := 0; at < len(text) && len(found) > 0; {
		start := at + strings.IndexFunc(text[at:], func(r rune) bool { return !isBetween(r) })
		if start < at {
			return
		}
		end := len(text)
		if n := strings.IndexFunc(text[start:], isBetween); n >= 0 {
			end = start + n
		}
		if found.have(text[start:end]) && !f(Mark{start, end}) {
			return
		}
		at = end
	}
}

// snippetText is how much of a text is looked at for a snippet, in bytes.
const snippetText = 32 << 10

// Snippet is the part of a text of about that many characters around the first of the
// words that were found; empty where none stands in it, or only far from its beginning.
func Snippet(text string, found Stems, length int) string {
	first := Mark{From: -1}
	eachMark(text[:min(len(text), snippetText)], found, func(m Mark) bool {
		first = m
		return false
	})
	if first.From < 0 {
		return ""
	}
	from := back(text, first.From, length/3)
	to := forward(text, from, length)
	snippet := strings.TrimSpace(text[from:to])
	if from > 0 {
		snippet = "…" + snippet
	}
	if to < len(text) {
		snippet += "…"
	}
	return snippet
}

// back goes back by about so many characters, to the beginning of a word.
func back(text string, at, by int) int {
	from := at
	for ; by > 0 && from > 0; by-- {
		_, size := utf8.DecodeLastRuneInString(text[:from])
		from -= size
	}
	if from == 0 {
		return 0
	}
	if i := strings.IndexByte(text[from:at], ' '); i >= 0 {
		return from + i + 1
	}
	return at
}

// forward goes on by about so many characters, to the end of a word.
func forward(text string, at, by int) int {
	to := at
	for ; by > 0 && to < len(text); by-- {
		_, size := utf8.DecodeRuneInString(text[to:])
		to += size
	}
	if to == len(text) {
		return to
	}
	if i := strings.LastIndexByte(text[at:to], ' '); i > 0 {
		return at + i
	}
	return to
}
