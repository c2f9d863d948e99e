package article

import (
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Paragraphs makes a block of each line of a text.
func Paragraphs(text string) []Block {
	var blocks []Block
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" {
			blocks = append(blocks, Block{Kind: Paragraph, Spans: []Span{{Text: line}}})
		}
	}
	return blocks
}

// FromMarkup makes an article of a text that a feed holds: a is what is known of it, and link
// the address of its page. Text that the parser refuses, for its elements are nested too
// deep, becomes one without styles.
func FromMarkup(markup, link string, a Article, zone *time.Location) Article {
	base, err := url.Parse(link)
	if err != nil || link == "" {
		base = nil
	}
	if root, err := html.Parse(strings.NewReader(markup)); err == nil {
		a.Blocks = withoutPicture(blocksOf(root, base), a.Picture)
	} else {
		a.Blocks = Paragraphs(PlainText(markup))
	}
	a.Blocks = trim(a.Blocks, a.Title, zone)
	a.Whole = len(a.Blocks) > 0
	return a
}
