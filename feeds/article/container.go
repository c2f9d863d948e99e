package article

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Shares of a page's running text, in percent, that an element must hold to be where
// the article is: by itself, and where its name says so.
const (
	mostText  = 85
	namedText = 50
)

var (
	// furniture finds, by class or id, what surrounds an article on its page.
	furniture = regexp.MustCompile(`(?i)(?:^|[-_ ])(?:menu|nav|navbar|navigation|breadcrumbs?|footer|header|sidebar|aside|share|sharing|social|soc|likes?|related|similar|comments?|pager|pagination|banner|cookies?|search|login|lang|languages?|print|tags?|popup|modal|widget|advert|ads?|subscribe)(?:$|[-_ ])`)
	// bodyName finds, likewise, what holds it.
	bodyName = regexp.MustCompile(`(?i)(?:content|article|news|text|detail|post|body|entry)`)
)

// container finds the element that holds the article: from the body down, as long as
// one child holds nearly all the running text.
func container(body *html.Node) *html.Node {
	weights := make(map[*html.Node]int)
	weigh(body, weights)
	at := body
	for {
		next := (*html.Node)(nil)
		for c := at.FirstChild; c != nil; c = c.NextSibling {
			share := 100 * weights[c]
			if !isBox(c) || share == 0 {
				continue
			}
			if share >= mostText*weights[at] || share >= namedText*weights[at] && isNamed(c) {
				next = c
			}
		}
		if next == nil {
			return at
		}
		at = next
	}
}

// isBox reports whether an element may hold a whole article, and not one paragraph.
func isBox(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Article, atom.Main, atom.Section, atom.Div, atom.Table, atom.Tbody, atom.Tr, atom.Td, atom.Center, atom.Form, atom.Span, atom.Font:
		return holdsBlocks(n)
	}
	return false
}

func isNamed(n *html.Node) bool {
	return n.DataAtom == atom.Article || n.DataAtom == atom.Main || attribute(n, "itemprop") == "articleBody" ||
		bodyName.MatchString(attribute(n, "class")+" "+attribute(n, "id"))
}

// weigh notes for each element how much running text it holds: text in lines that are
// long enough and not mostly links. It returns the text of n's own unfinished line.
func weigh(n *html.Node, weights map[*html.Node]int) {
	var text, links int // of the current line
	total := 0
	end := func() {
		if text >= MinParagraph && 2*links < text {
			total += text
		}
		text, links = 0, 0
	}
	var line func(n *html.Node, inLink bool)
	line = func(n *html.Node, inLink bool) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch {
			case c.Type == html.TextNode:
				size := utf8.RuneCountInString(OneLine(c.Data))
				if text += size; inLink {
					links += size
				}
			case c.Type != html.ElementNode || unread[c.DataAtom]:
			case breaks[c.DataAtom] || c.DataAtom == atom.Td || c.DataAtom == atom.Th || isBox(c):
				if c.DataAtom != atom.Br {
					end()
				}
				weigh(c, weights)
				total += weights[c]
			default:
				line(c, inLink || c.DataAtom == atom.A)
			}
		}
	}
	line(n, n.DataAtom == atom.A)
	end()
	weights[n] = total
}

// prune takes out of a page what is no part of any article.
func prune(body *html.Node) {
	sizes := make(map[*html.Node]int)
	measure(body, sizes)
	var drop []*html.Node
	for n := range body.Descendants() {
		// A name may lie: what holds half the page's text is no menu.
		if n.Type == html.ElementNode && isFurniture(n, 2*sizes[n] < sizes[body]) {
			drop = append(drop, n)
		}
	}
	for _, n := range drop {
		if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
	}
}

// measure notes how many characters of text each element holds.
func measure(n *html.Node, sizes map[*html.Node]int) int {
	size := 0
	if n.Type == html.TextNode {
		return utf8.RuneCountInString(OneLine(n.Data))
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if !unread[c.DataAtom] {
			size += measure(c, sizes)
		}
	}
	if n.Type == html.ElementNode {
		sizes[n] = size
	}
	return size
}

// isFurniture reports whether an element is none of the article's: by what it is, or by
// its name where it is small.
func isFurniture(n *html.Node, small bool) bool {
	switch n.DataAtom {
	case atom.Nav, atom.Footer, atom.Aside, atom.Dialog:
		return true
	case atom.Header:
		return find(n, func(c *html.Node) bool { return c.DataAtom == atom.H1 }) == nil
	}
	if isHidden(n) {
		return true
	}
	class := attribute(n, "class")
	if builder.MatchString(class) {
		return builderFurniture.MatchString(class)
	}
	return small && furniture.MatchString(class+" "+attribute(n, "id"))
}

var (
	// builder finds the classes of page builders (Elementor, Gutenberg, WPBakery, Divi, Avada,
	// SiteOrigin), which call every paragraph a widget.
	builder = regexp.MustCompile(`(?:^|\s)(?:elementor|wp-block|vc_|wpb_|et_pb_|fusion-|so-panel|so-widget|siteorigin)`)
	// builderFurniture finds those of them that surround an article.
	builderFurniture = regexp.MustCompile(`(?:elementor-(?:location|widget)-(?:header|footer|popup|nav-menu|mega-menu|share-buttons|social-icons|search|search-form|posts|archive-posts|loop-grid|loop-carousel|post-comments|post-navigation|breadcrumbs|sidebar|login|form|wp-widget\S*|author-box|table-of-contents|cookie\S*)|wp-block-(?:navigation\S*|search|latest-\S+|archives|categories|calendar|tag-cloud|social-link\S*|comments\S*|post-comments\S*|post-navigation-link|query\S*|rss|loginout|page-list)|et_pb_(?:menu|sidebar|search|social_media_follow|comments|blog|post_nav)|vc_(?:posts_grid|basic_grid|wp_\S+)|fusion-(?:sharing-box|social-links|menu|related-posts|comments))(?:\s|$|_)`)
)

func isHidden(n *html.Node) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool {
		switch a.Key {
		case "hidden":
			return true
		case "aria-hidden":
			return a.Val == "true"
		case "style":
			return strings.Contains(strings.ReplaceAll(a.Val, " ", ""), "display:none")
		}
		return false
	})
}
