package article

import (
	"bytes"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Page is an HTML page, parsed once.
type Page struct {
	root *html.Node
	url  *url.URL
	zone *time.Location
}

// Parse reads a page in UTF-8. A tree that the parser refuses, for it is too deep,
// is an error.
func Parse(text []byte, address *url.URL, zone *time.Location) (*Page, error) {
	root, err := html.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	p := &Page{root: root, url: address, zone: zone}
	if base := find(root, func(n *html.Node) bool { return n.DataAtom == atom.Base && attribute(n, "href") != "" }); base != nil {
		if u, err := url.Parse(Resolve(address, attribute(base, "href"))); err == nil && u.Host != "" {
			p.url = u
		}
	}
	return p, nil
}

// Title returns the page's own title, of which a part may be the site's name.
func (p *Page) Title() string {
	if t := find(p.root, func(n *html.Node) bool { return n.DataAtom == atom.Title }); t != nil {
		return rawText(t)
	}
	return ""
}

// meta returns what the page's head says under a name.
func (p *Page) meta(name string) string {
	n := find(p.root, func(n *html.Node) bool {
		return n.DataAtom == atom.Meta && (attribute(n, "property") == name || attribute(n, "name") == name)
	})
	if n == nil {
		return ""
	}
	return strings.TrimSpace(attribute(n, "content"))
}

// date returns what the page says for machines about when it was published.
func (p *Page) date() time.Time {
	said := []string{p.meta("article:published_time")}
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && (attribute(n, "itemprop") == "datePublished" || n.DataAtom == atom.Time) {
			said = append(said, attribute(n, "content"), attribute(n, "datetime"))
		}
	}
	for _, s := range said {
		if t, err := ParseDate(s, p.zone); err == nil {
			return t
		}
	}
	return time.Time{}
}

// alternates returns the page's addresses in other languages, by hreflang.
func (p *Page) alternates() map[string]string {
	found := make(map[string]string)
	for n := range p.root.Descendants() {
		if n.DataAtom != atom.Link || !strings.EqualFold(attribute(n, "rel"), "alternate") {
			continue
		}
		language, _, _ := strings.Cut(strings.ToLower(attribute(n, "hreflang")), "-")
		if address := Resolve(p.url, attribute(n, "href")); address != "" && language != "" && language != "x" {
			found[language] = address
		}
	}
	return found
}
