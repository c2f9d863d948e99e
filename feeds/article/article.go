// Package article reads HTML as people do: a page, or a text that a feed holds, becomes an
// article in blocks, with title, date and picture; a page that lists news becomes links
// with their titles; a date becomes a time and markup plain text, as the region's sites
// write them.
package article

import (
	"strings"
	"time"
	"unicode/utf8"
)

// MinParagraph is the least text, in characters, that makes a paragraph of an article
// and not a label of the page's furniture.
const MinParagraph = 40

// Article is an item's text in full, as blocks in the order of reading. Title, date
// and picture stand beside the blocks and are not repeated in them.
type Article struct {
	Title string `json:"title,omitempty"`
	// Published is zero where the page gives no date.
	Published time.Time `json:"published,omitzero"`
	// Picture is an absolute http or https address, or empty.
	Picture string  `json:"picture,omitempty"`
	Blocks  []Block `json:"blocks"`
	// Whole reports whether this is the full text. Where it is not, Blocks are the item's
	// summary, and the rest is behind its link.
	Whole bool `json:"whole"`
	// Alternates are the addresses of the page in other languages, as it names them itself.
	Alternates map[string]string `json:"alternates,omitempty"`
}

// BlockKind says what a block is.
type BlockKind string

// The kinds of blocks.
const (
	Paragraph BlockKind = "paragraph"
	Heading   BlockKind = "heading"
	ListItem  BlockKind = "item"
	Quote     BlockKind = "quote"
	Picture   BlockKind = "picture"
)

// Block is one paragraph, heading, list item, quote or picture. A block that is no
// picture has text, without white space at its ends.
type Block struct {
	Kind BlockKind `json:"kind"`
	// Level is a heading's, from 1 the biggest, or how deep a list item lies, from 1.
	Level int `json:"level,omitempty"`
	// Number is that of an item in a numbered list; 0 with a bullet.
	Number int    `json:"number,omitempty"`
	Spans  []Span `json:"spans,omitempty"`
	// Picture is the absolute address of a picture.
	Picture string `json:"picture,omitempty"`
}

// Span is a piece of text in one style. Its text may hold line breaks: where the
// page has them within a list item or a quote.
type Span struct {
	Text   string `json:"text"`
	Bold   bool   `json:"bold,omitempty"`
	Italic bool   `json:"italic,omitempty"`
	// Link is an absolute http or https address, or empty.
	Link string `json:"link,omitempty"`
}

// Text returns the block's text without its styles.
func (b Block) Text() string {
	var text strings.Builder
	for _, s := range b.Spans {
		text.WriteString(s.Text)
	}
	return text.String()
}

// Text returns the article's text, one line for each block.
func (a Article) Text() string {
	var text []string
	for _, b := range a.Blocks {
		if b.Kind != Picture {
			text = append(text, b.Text())
		}
	}
	return strings.Join(text, "\n")
}

// linked says how many of a block's characters are in links, and how many there are.
func (b Block) linked() (links, all int) {
	for _, s := range b.Spans {
		n := utf8.RuneCountInString(s.Text)
		if all += n; s.Link != "" {
			links += n
		}
	}
	return links, all
}

// WithPicture returns the article with a picture beside its text, and not in it.
func (a Article) WithPicture(address string) Article {
	a.Picture = address
	a.Blocks = withoutPicture(a.Blocks, address)
	return a
}

// withoutPicture drops the picture that is shown beside the text.
func withoutPicture(blocks []Block, address string) []Block {
	out := blocks[:0]
	for _, b := range blocks {
		if b.Kind != Picture || b.Picture != address {
			out = append(out, b)
		}
	}
	return out
}

// isBody reports whether a block is one that articles are made of.
func isBody(b Block) bool {
	links, all := b.linked()
	return b.Kind != Heading && b.Kind != Picture && all >= MinParagraph && 2*links < all
}
