package sample

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"strings"
	"time"
)

// The feed is RSS 2.0 with the full text in content:encoded and the picture as an
// enclosure, as the sites of the region's ministries have it.
type (
	rss struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Content string   `xml:"xmlns:content,attr"`
		Channel channel  `xml:"channel"`
	}
	channel struct {
		Title       string     `xml:"title"`
		Link        string     `xml:"link"`
		Description string     `xml:"description"`
		Language    string     `xml:"language"`
		Items       []feedItem `xml:"item"`
	}
	feedItem struct {
		Title       string    `xml:"title"`
		Link        string    `xml:"link"`
		GUID        string    `xml:"guid"`
		Category    string    `xml:"category"`
		Description string    `xml:"description"`
		Content     string    `xml:"content:encoded"`
		Enclosure   enclosure `xml:"enclosure"`
		PubDate     string    `xml:"pubDate"`
	}
	enclosure struct {
		URL    string `xml:"url,attr"`
		Length int    `xml:"length,attr"`
		Type   string `xml:"type,attr"`
	}
)

// serveFeed answers a conditional GET of one edition's feed.
func (s *Site) serveFeed(w http.ResponseWriter, r *http.Request, words Words) {
	body, err := feed("http://"+r.Host, words, s.online())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(body)))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

func feed(base string, words Words, entries []Entry) ([]byte, error) {
	c := channel{
		Title:       words.Ministry,
		Link:        base + "/" + words.Tag + "/",
		Description: words.Feed,
		Language:    words.Tag,
	}
	for _, entry := range entries {
		item, err := entry.feedItem(base, words.Tag)
		if err != nil {
			return nil, err
		}
		c.Items = append(c.Items, item)
	}
	body, err := xml.MarshalIndent(rss{
		Version: "2.0",
		Content: "http://purl.org/rss/1.0/modules/content/",
		Channel: c,
	}, "", "  ")
	return append([]byte(xml.Header), body...), err
}

func (e Entry) feedItem(base, language string) (feedItem, error) {
	picture, err := files.ReadFile("pictures/" + e.Picture)
	if err != nil {
		return feedItem{}, err
	}
	edition := e.Editions[language]
	paragraphs := edition.Paragraphs(e.State == Corrected)
	lead := 1
	if e.State == Corrected {
		lead = 2 // the correction and what it corrects
	}
	return feedItem{
		Title:       edition.Title,
		Link:        base + Path(language, e.Number),
		GUID:        base + Path(language, e.Number),
		Category:    edition.Category,
		Description: markup(paragraphs[:lead]),
		Content:     markup(paragraphs),
		Enclosure:   enclosure{URL: base + "/pictures/" + e.Picture, Length: len(picture), Type: "image/png"},
		PubDate:     e.At.UTC().Format(time.RFC1123Z),
	}, nil
}

func markup(paragraphs []string) string {
	var b strings.Builder
	for _, p := range paragraphs {
		fmt.Fprintf(&b, "<p>%s</p>\n", html.EscapeString(p))
	}
	return b.String()
}
