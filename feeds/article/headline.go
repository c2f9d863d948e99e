package article

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// headlineName finds, by class, what holds a card's title.
var headlineName = regexp.MustCompile(`(?i)(?:^|[-_ ])(?:title|heading|headline|name|zagolovok)(?:$|[-_ ])`)

// headline returns the words of a link that are a title; empty where they are none. A
// link may hold a whole card: picture, date, heading, excerpt, "more". One that says
// "Download" has its title beside it.
func (p *Page) headline(link *html.Node, pattern *regexp.Regexp) string {
	if text := p.cardTitle(link); !isLabel(text) {
		return text
	}
	if label.MatchString(nodeText(link)) || nodeText(link) == "" {
		return "" // The same card has another link, with the title.
	}
	around := link.Parent
	for range 3 {
		if around == nil || around.DataAtom == atom.Body || !isSmall(around) || p.leadsElsewhere(around, link, pattern) {
			break
		}
		if text := p.cardTitle(around); utf8.RuneCountInString(text) >= minHeading {
			return text
		}
		around = around.Parent
	}
	return ""
}

// isSmall reports whether an element can be one card, and not the page.
func isSmall(n *html.Node) bool {
	count := 0
	for range n.Descendants() {
		if count++; count > 200 {
			return false
		}
	}
	return true
}

// leadsElsewhere reports whether an element holds a link to other news than the given one.
func (p *Page) leadsElsewhere(n, link *html.Node, pattern *regexp.Regexp) bool {
	own := Resolve(p.url, attribute(link, "href"))
	return find(n, func(a *html.Node) bool {
		to := Resolve(p.url, attribute(a, "href"))
		return a.DataAtom == atom.A && to != own && pattern.MatchString(to)
	}) != nil
}

// cardTitle returns the title of a card: its heading, or what its class calls one, or
// its words without date and labels.
func (p *Page) cardTitle(card *html.Node) string {
	heading := find(card, func(n *html.Node) bool {
		switch n.DataAtom {
		case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
			return nodeText(n) != ""
		}
		return false
	})
	if heading == nil {
		heading = find(card, func(n *html.Node) bool {
			return headlineName.MatchString(attribute(n, "class")) && utf8.RuneCountInString(nodeText(n)) >= minHeading
		})
	}
	if heading != nil {
		return nodeText(heading)
	}
	if card.FirstChild == nil || card.FirstChild == card.LastChild && card.FirstChild.Type == html.TextNode {
		return nodeText(card)
	}
	var words []string
	p.titleWords(card, &words)
	return OneLine(strings.Join(words, " "))
}

// titleWords collects an element's words, without those parts that are a date or a label.
func (p *Page) titleWords(n *html.Node, words *[]string) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch text := ""; {
		case c.Type == html.TextNode:
			if text = OneLine(c.Data); text != "" && !isLabel(text) {
				*words = append(*words, text)
			}
		case c.Type != html.ElementNode || unread[c.DataAtom]:
		default:
			if text = nodeText(c); text != "" && !isLabel(text) && !isDate(text, p.zone) {
				p.titleWords(c, words)
			}
		}
	}
}
