package feeds

import (
	"net/url"
	"path"
	"strings"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"

	"kabarchy/feeds/article"
)

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
	candidates = append(candidates, article.FirstPicture(markup))
	candidates = append(candidates, mediaPictures(it.Extensions["media"], "thumbnail")...)
	if it.ITunesExt != nil {
		candidates = append(candidates, it.ITunesExt.Image)
	}
	if it.Image != nil && !article.IsDecoration(it.Image.URL) {
		candidates = append(candidates, it.Image.URL)
	}
	for _, c := range candidates {
		if address := article.Resolve(base, c); address != "" {
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
	u, err := url.Parse(article.RepairAddress(address))
	if err != nil {
		return false
	}
	switch strings.ToLower(path.Ext(u.Path)) {
	case ".jpg", ".jpeg", ".png", ".webp", ".gif":
		return true
	}
	return false
}
