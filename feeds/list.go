package feeds

import (
	"fmt"
	"net/url"
	"regexp"
	"time"

	"kabarchy/feeds/article"
)

// readList understands a page source's document: one entry for each link, with what
// the link says. A link whose text is no title waits for its article.
func readList(text []byte, s Source, address *url.URL, zone *time.Location) (document, error) {
	p, err := article.Parse(text, address, zone)
	if err != nil {
		return document{}, fmt.Errorf("parse: %w", err)
	}
	pattern, err := regexp.Compile(s.Links)
	if err != nil {
		return document{}, err
	}
	d := document{Kind: "HTML page", Title: p.Title(), Offer: offerOfPage(p, address)}
	for _, l := range p.Links(pattern, pageKey) {
		d.Entries = append(d.Entries, entry{Item: Item{
			Source: s.ID, Language: s.Language, Link: l.Address, Title: article.Shorten(l.Text, maxTitle),
		}})
	}
	if len(d.Entries) == 0 {
		return d, fmt.Errorf("parse: no link on the page fits the pattern %q", s.Links)
	}
	return d, nil
}
