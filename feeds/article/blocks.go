package article

import (
	"bytes"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxWalk limits how many blocks are made of one document: a page has some hundreds.
const maxWalk = 5000

// style is what surrounds a piece of text.
type style struct {
	Span  // its Text is empty
	kind  BlockKind
	level int
	item  *listItem
}

// listItem is the list item around a text: its first block has the number or bullet,
// what follows in it are paragraphs.
type listItem struct {
	number int
	begun  bool
}

// blockWriter makes blocks of an HTML tree. The parser refuses trees deeper than 512
// levels, so that it may recurse.
type blockWriter struct {
	base   *url.URL
	within *html.Node // the element whose blocks are marked
	inside bool
	marks  []bool // for each block, whether it lies in within
	blocks []Block
	line   []run // the block that is being made
	around style // of the line
}

// run is a span that still grows.
type run struct {
	Span // its Text is empty
	text []byte
}

// blocksOf returns the blocks of a tree. Its relative addresses are resolved against base.
func blocksOf(n *html.Node, base *url.URL) []Block {
	w := blockWriter{base: base, within: n}
	w.node(n, style{kind: Paragraph})
	w.flush()
	return w.blocks
}

func (w *blockWriter) children(n *html.Node, s style) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c, s)
	}
}

func (w *blockWriter) node(n *html.Node, s style) {
	switch n.Type {
	case html.TextNode:
		w.text(n.Data, s)
	case html.DocumentNode:
		w.children(n, s)
	case html.ElementNode:
		if unread[n.DataAtom] {
			return
		}
		if n == w.within {
			w.flush()
			w.inside = true
			defer func() { w.flush(); w.inside = false }()
		}
		w.element(n, s)
	}
}

func (w *blockWriter) element(n *html.Node, s style) {
	switch n.DataAtom {
	case atom.Br:
		w.lineBreak(s)
	case atom.Img:
		w.picture(n)
	case atom.A:
		s.Link = Resolve(w.base, attribute(n, "href"))
		w.children(n, s)
	case atom.B, atom.Strong:
		s.Bold = true
		w.children(n, s)
	case atom.I, atom.Em, atom.Cite:
		s.Italic = true
		w.children(n, s)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		s.kind, s.level = Heading, int(n.Data[1]-'0')
		w.block(n, s)
	case atom.Blockquote:
		s.kind = Quote
		w.block(n, s)
	case atom.Ul, atom.Ol:
		w.list(n, s)
	case atom.Tr:
		w.row(n, s)
	case atom.Td, atom.Th:
		w.block(n, s)
	default:
		if breaks[n.DataAtom] {
			w.block(n, s)
		} else {
			w.children(n, s)
		}
	}
}

func (w *blockWriter) block(n *html.Node, s style) {
	w.flush()
	w.children(n, s)
	w.flush()
}

// list numbers its items, where it is of the numbered kind.
func (w *blockWriter) list(n *html.Node, s style) {
	w.flush()
	if s.kind != ListItem {
		s.level = 0
	}
	s.kind = ListItem
	s.level++
	number := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom != atom.Li {
			w.node(c, s)
			continue
		}
		s.item = &listItem{}
		if number++; n.DataAtom == atom.Ol {
			s.item.number = number
		}
		w.block(c, s)
	}
	w.flush()
}

// row makes one line of a table's row whose cells are short, and else a block of each.
func (w *blockWriter) row(n *html.Node, s style) {
	w.flush()
	cells := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		if cells++; len(nodeText(c)) > 200 || holdsBlocks(c) {
			w.block(n, s)
			return
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		if len(w.line) > 0 && nodeText(c) != "" {
			w.text(" · ", style{kind: s.kind})
		}
		w.children(c, s)
	}
	w.flush()
}

// lineBreak ends a paragraph: many pages part their paragraphs so. In a list item or
// a quote it is what it says.
func (w *blockWriter) lineBreak(s style) {
	if s.kind == Paragraph || len(w.line) == 0 {
		w.flush()
		return
	}
	last := &w.line[len(w.line)-1]
	if last.text = bytes.TrimRight(last.text, " "); !bytes.HasSuffix(last.text, []byte("\n")) {
		last.text = append(last.text, '\n')
	}
}

func (w *blockWriter) picture(n *html.Node) {
	src := Resolve(w.base, realPicture(n.Attr))
	if src == "" {
		return
	}
	w.flush()
	w.add(Block{Kind: Picture, Picture: src})
}

// text adds text to the current block, with one space wherever there is any.
func (w *blockWriter) text(data string, s style) {
	data = squeeze(data)
	last := len(w.line) - 1
	if last < 0 || bytes.HasSuffix(w.line[last].text, []byte(" ")) || bytes.HasSuffix(w.line[last].text, []byte("\n")) {
		data = strings.TrimLeft(data, " ")
	}
	if data == "" {
		return
	}
	if last < 0 {
		w.around = s
	}
	if last < 0 || w.line[last].Span != s.Span {
		w.line = append(w.line, run{Span: s.Span})
		last++
	}
	w.line[last].text = append(w.line[last].text, data...)
}

// flush ends the current block.
func (w *blockWriter) flush() {
	for i := len(w.line) - 1; i >= 0; i-- {
		if w.line[i].text = bytes.TrimRight(w.line[i].text, " \n"); len(w.line[i].text) > 0 {
			break
		}
		w.line = w.line[:i]
	}
	if len(w.line) == 0 {
		return
	}
	spans := make([]Span, len(w.line))
	for i, r := range w.line {
		spans[i] = r.Span
		spans[i].Text = string(r.text)
	}
	w.line = nil
	b := Block{Kind: w.around.kind, Level: w.around.level, Spans: spans}
	if item := w.around.item; b.Kind == ListItem && item != nil {
		if b.Number = item.number; item.begun {
			b = Block{Kind: Paragraph, Spans: b.Spans}
		}
		item.begun = true
	}
	w.add(b)
}

func (w *blockWriter) add(b Block) {
	if len(w.blocks) >= maxWalk {
		return
	}
	w.blocks = append(w.blocks, b)
	w.marks = append(w.marks, w.inside)
}

// squeeze is OneLine with a space left at either end where there was any.
func squeeze(s string) string {
	line := OneLine(s)
	switch {
	case line == "" && s == "":
		return ""
	case line == "":
		if strings.IndexFunc(s, unicode.IsSpace) < 0 {
			return ""
		}
		return " "
	}
	r := []rune(s)
	if unicode.IsSpace(r[0]) {
		line = " " + line
	}
	if unicode.IsSpace(r[len(r)-1]) {
		line += " "
	}
	return line
}
