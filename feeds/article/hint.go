package article

import (
	"fmt"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// minListed is how many links of one kind make a page a list of news.
const minListed = 3

var (
	feedType = regexp.MustCompile(`(?i)^(?:application/(?:rss|atom|rdf|feed)\+(?:xml|json)|text/xml|application/xml)$`)
	feedLink = regexp.MustCompile(`(?i)(?:/(?:rss|feed|atom)/?|\.(?:rss|rdf)|/(?:rss|feed|atom|index)\.xml)$`)
	aNumeral = regexp.MustCompile(`\d+`)
)

// Hint says of an HTML page that stands where a feed was expected what to do: take
// the feed that it links, or read the page itself as a list of news.
func Hint(text []byte, address *url.URL, zone *time.Location, key Key) string {
	p, err := Parse(text[:min(len(text), maxHTML)], address, zone)
	if err != nil {
		return ""
	}
	says := ""
	if title := p.Title(); title != "" {
		says = fmt.Sprintf(" titled %q", Shorten(title, 80))
	}
	if linked := p.linkedFeeds(); len(linked) > 0 {
		return says + "; it links the feed " + strings.Join(linked, ", and ") + ": put that into the url"
	}
	if to := p.leadsOn(); to != "" {
		return says + "; it leads browsers on to " + to + ": put that into the url"
	}
	if pattern, example, n := p.newsLinks(key); n >= minListed {
		return fmt.Sprintf("%s; it links no feed, but %d pages such as %s: with kind: page and links: '%s' it can be read as a list of news", says, n, example, pattern)
	}
	return says
}

// linkedFeeds returns the feeds that a page names in its head, or else links.
func (p *Page) linkedFeeds() []string {
	var named, linked []string
	for n := range p.root.Descendants() {
		if n.Type != html.ElementNode || n.DataAtom != atom.Link && n.DataAtom != atom.A {
			continue
		}
		link := Resolve(p.url, attribute(n, "href"))
		switch {
		case link == "" || link == p.url.String() || len(link) > 300:
		case n.DataAtom == atom.A:
			if u, err := url.Parse(link); err == nil && feedLink.MatchString(u.Path) && !slices.Contains(linked, link) {
				linked = append(linked, link)
			}
		case namesFeed(n):
			if title := Shorten(OneLine(attribute(n, "title")), 60); title != "" {
				link += fmt.Sprintf(" (%q)", title)
			}
			named = append(named, link)
		}
	}
	if len(named) == 0 {
		named = linked
	}
	slices.SortStableFunc(named, func(a, b string) int { return p.doubt(a) - p.doubt(b) })
	return named[:min(len(named), 3)]
}

// namesFeed reports whether a <link> leads to a feed of the page's.
func namesFeed(n *html.Node) bool {
	relations := strings.Fields(strings.ToLower(attribute(n, "rel")))
	return slices.Contains(relations, "alternate") && feedType.MatchString(attribute(n, "type"))
}

// doubt says how unlikely a feed is the news: it is a stranger's, or holds comments.
func (p *Page) doubt(feed string) int {
	doubt := 0
	if u, err := url.Parse(strings.Fields(feed)[0]); err != nil || u.Host != p.url.Host {
		doubt += 2
	}
	if strings.Contains(strings.ToLower(feed), "comment") || strings.Contains(strings.ToLower(feed), "комментари") {
		doubt++
	}
	return doubt
}

// refresh finds where a page leads on by itself.
var refresh = regexp.MustCompile(`(?i)^\s*\d*\s*[;,]\s*(?:url\s*=)?\s*['"]?([^'"]+)`)

// leadsOn returns where a page leads on by itself, without a redirect.
func (p *Page) leadsOn() string {
	n := find(p.root, func(n *html.Node) bool {
		return n.DataAtom == atom.Meta && strings.EqualFold(attribute(n, "http-equiv"), "refresh")
	})
	if n == nil {
		return ""
	}
	m := refresh.FindStringSubmatch(attribute(n, "content"))
	if m == nil {
		return ""
	}
	if to := Resolve(p.url, m[1]); to != p.url.String() && len(to) <= 300 {
		return to
	}
	return ""
}

// newsLinks finds the kind of link that most headlines on a page have: a pattern for
// it, an example, and how many there are.
func (p *Page) newsLinks(key Key) (pattern, example string, n int) {
	found := make(map[string]map[string]bool)
	for a := range p.root.Descendants() {
		if a.DataAtom != atom.A || utf8.RuneCountInString(nodeText(a)) < minHeading {
			continue
		}
		u, err := url.Parse(Resolve(p.url, attribute(a, "href")))
		if err != nil || u.Host != p.url.Host {
			continue
		}
		if _, to := key(u.String()); to == "" {
			continue
		}
		shape := shapeOf(u)
		if found[shape] == nil {
			found[shape] = make(map[string]bool)
		}
		found[shape][u.RequestURI()] = true
	}
	for shape, links := range found {
		if len(links) > n || len(links) == n && shape < pattern {
			pattern, n = shape, len(links)
			example = slices.Sorted(maps.Keys(links))[0]
		}
	}
	return pattern, Shorten(example, 100), n
}

// shapeOf makes a regular expression of an address, which fits those of its kind.
func shapeOf(u *url.URL) string {
	dir, last := path.Split(strings.TrimSuffix(u.EscapedPath(), "/"))
	slash := ""
	if strings.HasSuffix(u.EscapedPath(), "/") {
		slash = "/"
	}
	name := `[^/?]+`
	if aNumeral.FindString(last) == last {
		name = `\d+`
	}
	shape := aNumeral.ReplaceAllString(regexp.QuoteMeta(dir), `\d+`)
	if u.RawQuery != "" {
		name = regexp.QuoteMeta(last)
		return shape + name + slash + `\?` + aNumeral.ReplaceAllString(regexp.QuoteMeta(u.RawQuery), `\d+`) + "$"
	}
	return shape + name + slash + "$"
}
