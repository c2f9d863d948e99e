package feedtest

import (
	"io"
	"net/http"
	"strings"
)

// Item is one item of a ministry's feed. What is empty is left out, but for title and text.
type Item struct {
	Title, Text, Link, GUID, Date string
	Picture                       string // its address
}

// Feed writes a ministry's feed with the given items and what stands behind them. Nothing
// is escaped: a test may want that, or not.
func Feed(items []Item, tail string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Министрлик</title>`)
	for _, it := range items {
		b.WriteString("<item><title>" + it.Title + "</title><description>" + it.Text + "</description>")
		for _, field := range [][2]string{{"link", it.Link}, {"guid", it.GUID}, {"pubDate", it.Date}} {
			if field[1] != "" {
				b.WriteString("<" + field[0] + ">" + field[1] + "</" + field[0] + ">")
			}
		}
		if it.Picture != "" {
			b.WriteString(`<enclosure url="` + it.Picture + `" type="image/jpeg" length="1"/>`)
		}
		b.WriteString("</item>")
	}
	return b.String() + tail + "</channel></rss>"
}

// Serve answers a request with a feed.
func Serve(w http.ResponseWriter, items ...Item) {
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	io.WriteString(w, Feed(items, ""))
}
