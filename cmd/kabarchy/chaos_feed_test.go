//go:build chaos

package main

import (
	"fmt"
	"net/http"
	"sync"

	"kabarchy/feeds/feedtest"
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
	var items []feedtest.Item
	for i, title := range f.titles {
		items = append(items, feedtest.Item{Title: title, Link: fmt.Sprintf("https://ministry.example/ky/news/%d", len(f.titles)-i)})
	}
	feedtest.Serve(w, items...)
}
