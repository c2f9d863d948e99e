package feeds

import (
	"cmp"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"

	"kabarchy/feeds/article"
)

// pictured is a picture's address, and what is said of the picture beside it.
type pictured struct{ address, says string }

// picture finds the item's picture: what the feed names as one, then the first real
// one in its text, then a thumbnail. It returns its address, and its description in words.
func picture(it *gofeed.Item, markup string, base *url.URL) (address, says string) {
	var candidates []pictured
	for _, e := range it.Enclosures {
		if isPicture(e.Type, e.URL) {
			candidates = append(candidates, pictured{address: e.URL})
		}
	}
	media := it.Extensions["media"]
	candidates = append(candidates, mediaPictures(media, "content", "")...)
	inText, alt := article.FirstPicture(markup)
	candidates = append(candidates, pictured{inText, alt})
	candidates = append(candidates, mediaPictures(media, "thumbnail", "")...)
	if it.ITunesExt != nil {
		candidates = append(candidates, pictured{address: it.ITunesExt.Image})
	}
	if it.Image != nil && !article.IsDecoration(it.Image.URL) {
		candidates = append(candidates, pictured{it.Image.URL, it.Image.Title})
	}
	for _, c := range candidates {
		if address = article.Resolve(base, c.address); address == "" {
			continue
		}
		if says = describes(c.says); says == "" && article.Resolve(base, inText) == address {
			says = describes(alt)
		}
		return address, says
	}
	return "", ""
}

// mediaPictures reads Media RSS, in groups or not. Says is what the group says of its picture.
func mediaPictures(media map[string][]ext.Extension, name, says string) []pictured {
	var all []pictured
	for _, e := range media[name] {
		if name == "thumbnail" || e.Attrs["medium"] == "image" || isPicture(e.Attrs["type"], e.Attrs["url"]) {
			all = append(all, pictured{e.Attrs["url"], cmp.Or(describes(mediaWords(e.Children)), says)})
		}
	}
	for _, group := range media["group"] {
		all = append(all, mediaPictures(group.Children, name, describes(mediaWords(group.Children)))...)
	}
	return all
}

// mediaWords is what Media RSS says of a picture. Its title is mostly the item's.
func mediaWords(of map[string][]ext.Extension) string {
	for _, name := range []string{"description", "text"} {
		for _, e := range of[name] {
			if strings.TrimSpace(e.Value) != "" {
				return e.Value
			}
		}
	}
	return ""
}

// maxPictureSays is how long a description is kept, in characters: what is longer tells the
// whole story, which stands below it.
const maxPictureSays = 200

// namesNothing finds what programs put in a description's place: a file's name, a number, a
// word for any picture.
var namesNothing = regexp.MustCompile(`(?i)^(?:\S+\.(?:jpe?g|png|gif|webp|bmp|svg)|(?:img|image|dsc|dscn|photo|picture|pic|screenshot|whatsapp image|фото|фотография|изображение|картинка|сүрөт|снимок)?[\s\d_.:()#№-]*)$`)

// describes is what a description says in words; empty where it says nothing.
func describes(says string) string {
	says = article.OneLine(article.PlainText(says))
	if len(strings.Fields(says)) < 2 || namesNothing.MatchString(says) || strings.Contains(says, "://") {
		return ""
	}
	return article.Shorten(says, maxPictureSays)
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

// illustrate gives an item a picture. What was said of another goes with that.
func (it *Item) illustrate(address string) {
	if it.Picture != address {
		it.Picture, it.PictureSays = address, ""
	}
}
