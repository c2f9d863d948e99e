package render

import (
	"html"
	"strconv"
	"strings"

	"kabarchy/bot/locale"
	"kabarchy/feeds"
	"kabarchy/feeds/article"
)

// pageSize is how much of an article one page holds, in UTF-16 units: with its head it fits
// below a picture. What a screen does not show at large letters opens at a tap: see Fold.
const pageSize = 840

// paragraph is a piece of an article that is shown on lines of its own.
type paragraph struct {
	spans   []article.Span
	quote   bool
	item    bool   // of a list: stands close to its neighbours
	picture string // the address of a picture, to which the spans lead
}

func (p paragraph) text() string {
	var text strings.Builder
	for _, s := range p.spans {
		text.WriteString(s.Text)
	}
	return text.String()
}

// paragraphsOf lays an article's blocks out for a message. A picture becomes a line that
// leads to it: a message shows one at most.
func paragraphsOf(blocks []article.Block, words locale.Locale) []paragraph {
	var all []paragraph
	pictures := 0
	for _, b := range blocks {
		p := paragraph{spans: b.Spans, quote: b.Kind == article.Quote, item: b.Kind == article.ListItem}
		switch b.Kind {
		case article.Picture:
			if !WebAddress(b.Picture) {
				continue
			}
			pictures++
			label := words.T("line.picture", map[string]any{"Number": words.Number(pictures)})
			p.spans, p.picture = []article.Span{{Text: label, Link: b.Picture}}, b.Picture
		case article.Heading:
			p.spans = []article.Span{{Text: b.Text(), Bold: true}}
		case article.ListItem:
			mark := "• "
			if b.Number > 0 {
				mark = strconv.Itoa(b.Number) + ". "
			}
			p.spans = append([]article.Span{{Text: mark}}, b.Spans...)
		}
		if strings.TrimSpace(p.text()) != "" {
			all = append(all, p)
		}
	}
	return all
}

// Page is one page of an article.
type Page []paragraph

// Picture is the address of the page's first picture; empty if it has none.
func (page Page) Picture() string {
	for _, p := range page {
		if p.picture != "" {
			return p.picture
		}
	}
	return ""
}

// Pages lays an article out on pages; the words that it needs are in
// the language. An article without words has none.
func Pages(blocks []article.Block, language string) []Page {
	return paginate(paragraphsOf(blocks, locale.For(language)), pageSize)
}

// paginate lays paragraphs out on pages of at most the size. Paragraphs stay whole where
// they can; a longer one is parted at the end of a sentence, or else of a word. No word
// is lost.
func paginate(paragraphs []paragraph, size int) []Page {
	var pages []Page
	var page Page
	room := size
	flush := func() { pages, page, room = append(pages, page), nil, size }
	for _, p := range paragraphs {
		for {
			length := Units(p.text())
			if length > room && len(page) > 0 && (length <= size || room < size/3) {
				flush()
			}
			head, rest := p.part(room)
			page = append(page, head)
			room -= Units(head.text()) + len("\n\n")
			if len(rest.spans) == 0 {
				break
			}
			p = rest
			flush()
		}
	}
	if len(page) > 0 {
		flush()
	}
	return pages
}

// part takes from a paragraph what fits; the rest is empty if all does.
func (p paragraph) part(budget int) (head, rest paragraph) {
	text := p.text()
	if Units(text) <= budget {
		return p, paragraph{}
	}
	end, next := breakAt(text, budget)
	head, rest = p, p
	head.spans, rest.spans = between(p.spans, 0, end), between(p.spans, next, len(text))
	return head, rest
}

// between cuts out the spans from one byte of their text to another.
func between(spans []article.Span, from, to int) []article.Span {
	var cut []article.Span
	at := 0
	for _, s := range spans {
		first, last := max(from-at, 0), min(to-at, len(s.Text))
		at += len(s.Text)
		if first < last {
			s.Text = s.Text[first:last]
			cut = append(cut, s)
		}
	}
	return cut
}

// gap is what parts a paragraph of the page from the one before it.
func (page Page) gap(i int) string {
	if page[i].item && page[i-1].item {
		return "\n"
	}
	return "\n\n"
}

// HTML is the page in Telegram's HTML.
func (page Page) HTML() string {
	var out strings.Builder
	for i, p := range page {
		if i > 0 {
			out.WriteString(page.gap(i))
		}
		text := spansHTML(p.spans)
		if p.quote {
			text = "<blockquote>" + text + "</blockquote>"
		}
		out.WriteString(text)
	}
	return out.String()
}

func spansHTML(spans []article.Span) string {
	var out strings.Builder
	for _, s := range spans {
		text := html.EscapeString(s.Text)
		if s.Bold {
			text = "<b>" + text + "</b>"
		}
		if s.Italic {
			text = "<i>" + text + "</i>"
		}
		if WebAddress(s.Link) {
			text = `<a href="` + html.EscapeString(s.Link) + `">` + text + "</a>"
		}
		out.WriteString(text)
	}
	return out.String()
}

// PageHead is what stands above each page of an item, in a message with that way back.
func (r Renderer) PageHead(item feeds.Item, back string) string {
	title := Tagged("b", Cut(OneLine(item.Title), pageTitleLimit))
	if !Marked(back) {
		return title
	}
	return JoinFilled("\n", title, Tagged("i", r.Mark(item)))
}

// pageTitleLimit bounds the title above a page, in UTF-16 units. Who reads has just seen all of it,
// and its lines are taken from those that are read without a tap.
const pageTitleLimit = 40

// Summary is what there is to read of an item whose text can't be had.
func Summary(item feeds.Item) (blocks []article.Block) {
	for text := range strings.SplitSeq(paragraphs(item.Summary), "\n\n") {
		blocks = append(blocks, article.Block{Kind: article.Paragraph, Spans: []article.Span{{Text: text}}})
	}
	return blocks
}
