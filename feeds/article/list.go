package article

import (
	"regexp"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	maxLinks = 100 // of a page, from its top
	maxLooks = 5   // links to one item whose words are looked at
)

// Key returns a link as it is shown to people, and a key that is the same for all
// links to one page: empty for what names no page, such as a site's front page.
type Key func(link string) (shown, key string)

// Link is a link to an item on a page that lists them.
type Link struct {
	Address string
	Text    string // of the link, or the longest of several; it may be cut short
}

// Links finds the links of a page that fit a pattern, from top to bottom. Links to
// the page itself are none.
func (p *Page) Links(pattern *regexp.Regexp, key Key) []Link {
	var found []Link
	looked := make(map[string]int)
	_, own := key(p.url.String())
	at := map[string]int{own: -1}
	for n := range p.root.Descendants() {
		if n.DataAtom != atom.A || n.Type != html.ElementNode {
			continue
		}
		link, to := key(Resolve(p.url, attribute(n, "href")))
		if to == "" || !pattern.MatchString(link) {
			continue
		}
		i, known := at[to]
		if looked[to]++; looked[to] > maxLooks || !known && len(found) >= maxLinks {
			continue
		}
		text := p.headline(n, pattern)
		switch {
		case known && i >= 0 && len(text) > len(found[i].Text):
			found[i].Text = text
		case !known && len(found) < maxLinks:
			at[to] = len(found)
			found = append(found, Link{link, text})
		}
	}
	return found
}
