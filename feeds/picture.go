package feeds

import (
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// minPicture is the least width or height, in pixels, that a picture in a text may
// say it has: below it are counters, smileys and icons.
const minPicture = 64

// decoration finds pictures that are part of a page's furniture.
var decoration = regexp.MustCompile(`(?i)(?:pixel|counter|spacer|blank|smil|emoji|icon|logo|avatar|banner|button|share|1x1|/count|hit\?|mc\.yandex|top-fwz|liveinternet)`)

// picture finds the item's picture: what the feed names as one, then the first real
// one in its text, then a thumbnail.
func picture(it *gofeed.Item, markup string, base *url.URL) string {
	var candidates []string
	for _, e := range it.Enclosures {
		if isPicture(e.Type, e.URL) {
			candidates = append(candidates, e.URL)
		}
	}
	candidates = append(candidates, mediaPictures(it.Extensions["media"], "content")...)
	candidates = append(candidates, pictureInText(markup))
	candidates = append(candidates, mediaPictures(it.Extensions["media"], "thumbnail")...)
	if it.ITunesExt != nil {
		candidates = append(candidates, it.ITunesExt.Image)
	}
	if it.Image != nil && !decoration.MatchString(it.Image.URL) {
		candidates = append(candidates, it.Image.URL)
	}
	for _, c := range candidates {
		if address := absolute(base, c); address != "" {
			return address
		}
	}
	return ""
}

// mediaPictures reads Media RSS, in groups or not.
func mediaPictures(media map[string][]ext.Extension, name string) []string {
	var found []string
	for _, e := range media[name] {
		if name == "thumbnail" || e.Attrs["medium"] == "image" || isPicture(e.Attrs["type"], e.Attrs["url"]) {
			found = append(found, e.Attrs["url"])
		}
	}
	for _, group := range media["group"] {
		found = append(found, mediaPictures(group.Children, name)...)
	}
	return found
}

// isPicture trusts the type where there is one, and the name's ending elsewhere.
func isPicture(mediaType, address string) bool {
	if mediaType != "" {
		return strings.HasPrefix(strings.ToLower(mediaType), "image/")
	}
	u, err := url.Parse(mendAddress(address))
	if err != nil {
		return false
	}
	switch strings.ToLower(path.Ext(u.Path)) {
	case ".jpg", ".jpeg", ".png", ".webp", ".gif":
		return true
	}
	return false
}

// pictureInText finds the first real picture in HTML.
func pictureInText(markup string) string {
	tokens := html.NewTokenizer(strings.NewReader(onceEscaped(markup)))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken, html.SelfClosingTagToken:
			if token := tokens.Token(); token.DataAtom == atom.Img {
				if src := realPicture(token.Attr); src != "" {
					return src
				}
			}
		}
	}
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
