package search

import (
	"strings"
	"unicode/utf8"
)

// Mark is a stretch of a text, in bytes.
type Mark struct{ From, To int }

// Marks are where the words of the query stand in a text.
func Marks(text, query string) []Mark {
	var roots []string
	for _, word := range Words(query) {
		roots = append(roots, stem(word))
	}
	var marks []Mark
	for at := 0; at < len(text); {
		start := at + strings.IndexFunc(text[at:], func(r rune) bool { return !isBetween(r) })
		if start < at {
			break
		}
		end := len(text)
		if n := strings.IndexFunc(text[start:], isBetween); n >= 0 {
			end = start + n
		}
		for _, word := range Words(text[start:end]) {
			for _, root := range roots {
				if strings.HasPrefix(stem(word), root) {
					marks = append(marks, Mark{start, end})
				}
			}
		}
		at = end
	}
	return marks
}

// Snippet is the part of a text of about that many characters around the first of the
// query's words; empty where none stands in it.
func Snippet(text, query string, length int) string {
	marks := Marks(text, query)
	if len(marks) == 0 {
		return ""
	}
	from := back(text, marks[0].From, length/3)
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
