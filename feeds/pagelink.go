package feeds

import (
	"strings"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
)

// pageLinks gives the entries of an Atom feed the links to their pages: among those
// that lead to files, to the comments or to an interface for programs.
func pageLinks(feed *gofeed.Feed) {
	original, ok := feed.OriginalFeed().(*atom.Feed)
	if !ok || len(original.Entries) != len(feed.Items) {
		return
	}
	for i, e := range original.Entries {
		if len(e.Links) > 0 {
			feed.Items[i].Link, feed.Items[i].Links = pageLink(e.Links), nil
		}
	}
}

// pageLink chooses the page among an entry's links (RFC 4287, section 4.2.7.2: without
// rel, alternate is meant); empty where none is one.
func pageLink(links []*atom.Link) (page string) {
	best := 0
	for _, l := range links {
		if rel := strings.ToLower(strings.TrimSpace(l.Rel)); rel != "" && rel != "alternate" {
			continue
		}
		good := 1
		switch kind := strings.ToLower(l.Type); {
		case strings.Contains(kind, "html"):
			good = 3
		case kind == "":
			good = 2
		}
		if good > best && strings.TrimSpace(l.Href) != "" {
			page, best = l.Href, good
		}
	}
	return page
}
