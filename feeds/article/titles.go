package article

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// partOf returns what the page calls itself, in its head or its first heading, where
// that is part of the words of the link: those of a whole card, with date and excerpt.
func partOf(hint string, names []string, blocks []Block) string {
	for _, b := range blocks {
		if b.Kind == Heading && b.Level == 1 {
			names = append(names, b.Text())
		}
	}
	for _, name := range names {
		name = OneLine(name)
		if whole, part := Fold(hint), Fold(name); utf8.RuneCountInString(name) >= minHeading && whole != part && strings.Contains(whole, part) {
			return name
		}
	}
	return ""
}

// headlineOf finds the article's title among what the page and its link say: a name that
// is not cut short, or the line that goes on where it was; a line that the page has
// twice; a heading or a bold line within the article; a heading above it; at last
// the longest part of the page's own title, of which the rest is the site's name.
func headlineOf(blocks []Block, marks []bool, names []string, tagTitle string) string {
	if part := partOf(names[0], names[1:], blocks); part != "" {
		return part
	}
	for _, name := range names {
		if whole := uncut(OneLine(name), blocks); whole != "" {
			return whole
		}
	}
	if line := headingOf(blocks, marks); line != "" {
		return line
	}
	longest := ""
	for part := range strings.FieldsFuncSeq(tagTitle, func(r rune) bool { return r == '|' || r == '»' || r == '—' }) {
		if part = OneLine(part); len(part) > len(longest) {
			longest = part
		}
	}
	return longest
}

// uncut returns a name that is not cut short, or the line that goes on where it is.
func uncut(name string, blocks []Block) string {
	cut := strings.TrimRight(name, ".… ")
	if cut == name {
		return name
	}
	for _, b := range blocks {
		if text := b.Text(); len(cut) > 20 && strings.HasPrefix(Fold(text), Fold(cut)) {
			return text
		}
	}
	return ""
}

// headingOf returns the line that stands twice, or else a heading or a bold line within
// the article, or else a heading above it.
func headingOf(blocks []Block, marks []bool) string {
	times := make(map[string]int)
	for _, b := range blocks {
		times[b.Text()]++
	}
	inside, above := "", ""
	for i, b := range blocks {
		text := b.Text()
		switch {
		case b.Kind == Picture || len(text) <= 20 || label.MatchString(text):
			continue
		case times[text] > 1:
			return text
		case b.Kind == Heading && !marks[i]:
			above = text
		case b.Kind == Heading || isBold(b):
			inside = cmp.Or(inside, text)
		}
		if marks[i] && isBody(b) {
			break
		}
	}
	return cmp.Or(inside, above)
}

func isBold(b Block) bool {
	return !slices.ContainsFunc(b.Spans, func(s Span) bool { return !s.Bold && s.Text != " " })
}
