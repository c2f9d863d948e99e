//go:build chaos

package main

import (
	"fmt"
	"net/http"
	"sync"
)

// feed is a ministry's feed with the items that were published, the last one first.
type feed struct {
	mu     sync.Mutex
	titles []string
}

func (f *feed) publish(title string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.titles = append([]string{title}, f.titles...)
}

func (f *feed) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	fmt.Fprint(w, `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Министрлик</title>`)
	for i, title := range f.titles {
		fmt.Fprintf(w, `<item><title>%s</title><link>https://ministry.example/ky/news/%d</link></item>`, title, len(f.titles)-i)
	}
	fmt.Fprint(w, `</channel></rss>`)
}
