package article

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// HeadLink is a link in a page's head. Those in its body anybody may have written who may comment.
type HeadLink struct{ Rel, Address string }

// HeadLinks finds the links in a page's head.
func (p *Page) HeadLinks() (links []HeadLink) {
	head := find(p.root, func(n *html.Node) bool { return n.DataAtom == atom.Head })
	if head == nil {
		return nil
	}
	for n := range head.Descendants() {
		if n.Type == html.ElementNode && n.DataAtom == atom.Link && attribute(n, "rel") != "" {
			links = append(links, HeadLink{attribute(n, "rel"), attribute(n, "href")})
		}
	}
	return links
}
