package article

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// minPicture is the least width or height, in pixels, that a picture in a text may
// say it has: below it are counters, smileys and icons.
const minPicture = 64

// decoration finds pictures that are part of a page's furniture.
var decoration = regexp.MustCompile(`(?i)(?:pixel|counter|spacer|blank|smil|emoji|icon|logo|avatar|banner|button|share|1x1|/count|hit\?|mc\.yandex|top-fwz|liveinternet)`)

// IsDecoration reports whether a picture's address looks like that of a page's furniture.
func IsDecoration(address string) bool { return decoration.MatchString(address) }

// FirstPicture finds the first real picture in HTML: its address, and what stands there for who
// can't see it.
func FirstPicture(markup string) (address, alt string) {
	tokens := html.NewTokenizer(strings.NewReader(Unescape(markup)))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return "", ""
		case html.StartTagToken, html.SelfClosingTagToken:
			if token := tokens.Token(); token.DataAtom == atom.Img {
				if src := realPicture(token.Attr); src != "" {
					return src, attr(token.Attr, "alt")
				}
			}
		}
	}
}

func attr(of []html.Attribute, name string) string {
	for _, a := range of {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// realPicture returns an img element's address, unless it is furniture.
func realPicture(attributes []html.Attribute) string {
	var src, lazy string
	for _, a := range attributes {
		switch a.Key {
		case "src":
			src = strings.TrimSpace(a.Val)
		case "data-src", "data-original", "data-lazy-src":
			lazy = strings.TrimSpace(a.Val)
		case "width", "height":
			if n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(a.Val), "px")); err == nil && n < minPicture {
				return ""
			}
		}
	}
	if lazy != "" {
		src = lazy
	}
	if strings.HasPrefix(src, "data:") || strings.HasSuffix(strings.ToLower(src), ".svg") || decoration.MatchString(src) {
		return ""
	}
	return src
}
