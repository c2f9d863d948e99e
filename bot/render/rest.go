package render

import (
	"strings"
	"unicode"

	"kabarchy/bot/locale"
	"kabarchy/feeds"
	"kabarchy/feeds/article"
)

// Rest lays out what an item's message does not show of its text: most texts begin with
// what the message says. One that begins otherwise is there from its beginning; one that
// the message shows to its end has no pages.
func (r Renderer) Rest(item feeds.Item, v Variant, blocks []article.Block) []Page {
	all := paragraphsOf(blocks, locale.For(item.Language))
	if rest, begins := after(all, item.Title, bodyOf(item, r.frame(item, v).room()).plain); begins {
		all = rest
	}
	return paginate(all, pageSize)
}

// after are the paragraphs without the words that were read, and without the title above
// them; false if they do not begin with those.
func after(all []paragraph, title, read string) (rest []paragraph, begins bool) {
	words := strings.Fields(strings.TrimSuffix(read, "…"))
	if len(words) == 0 {
		return nil, false
	}
	for _, p := range all {
		own := strings.Fields(p.text())
		n := alike(own, words)
		switch {
		case len(words) == 0:
			rest = append(rest, p)
		case n == len(own):
			words = words[n:]
		case n == len(words):
			words = nil
			rest = append(rest, p.from(n, read))
		case p.picture != "":
			rest = append(rest, p)
		case OneLine(p.text()) != OneLine(title):
			return nil, false
		}
	}
	return rest, len(words) == 0
}

// alike is how many words the two begin with alike, whatever stands behind a word.
func alike(a, b []string) int {
	trim := func(word string) string { return strings.TrimRight(word, ".,;:…!?") }
	n := 0
	for n < len(a) && n < len(b) && trim(a[n]) == trim(b[n]) {
		n++
	}
	return n
}

// from is the paragraph behind its first words. What was broken off within a sentence goes
// on behind dots.
func (p paragraph) from(words int, read string) paragraph {
	text := p.text()
	rest := strings.TrimLeftFunc(text, unicode.IsSpace)
	for range words {
		end := strings.IndexFunc(rest, unicode.IsSpace)
		rest = strings.TrimLeftFunc(rest[max(end, 0):], unicode.IsSpace)
	}
	p.spans = between(p.spans, len(text)-len(rest), len(text))
	if strings.HasSuffix(read, "…") {
		p.spans = append([]article.Span{{Text: "… "}}, p.spans...)
	}
	return p
}
