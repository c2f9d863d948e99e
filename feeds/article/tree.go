package article

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// find returns the first element of a tree that fits, or nil.
func find(root *html.Node, fits func(n *html.Node) bool) *html.Node {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && fits(n) {
			return n
		}
	}
	return nil
}

// rawText returns an element's text also where readers don't see it.
func rawText(n *html.Node) string {
	var text strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			text.WriteString(c.Data)
		}
	}
	return OneLine(text.String())
}

// nodeText returns the text of a tree in one line.
func nodeText(n *html.Node) string {
	var text strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode && (c.Parent == nil || !unread[c.Parent.DataAtom]) {
			text.WriteString(c.Data)
		} else if breaks[c.DataAtom] {
			text.WriteByte(' ')
		}
	}
	return OneLine(text.String())
}

// holdsBlocks reports whether a tree has elements that begin a line.
func holdsBlocks(n *html.Node) bool {
	for c := range n.Descendants() {
		if breaks[c.DataAtom] {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, name string) string {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if i < 0 {
		return ""
	}
	return n.Attr[i].Val
}
