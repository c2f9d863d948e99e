//go:build chaos

package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"kabarchy/feeds/feedtest"
)

// feed is a ministry's feed with the items that were published, the last one first. The
// articles of the same site hang.
type feed struct {
	mu    sync.Mutex
	items []feedtest.Item
	reads int
	asked atomic.Int64 // articles
}

func (f *feed) publish(title string) { f.post(feedtest.Item{Title: title}) }

// post publishes an item, at an address of its own unless it has one.
func (f *feed) post(it feedtest.Item) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if it.Link == "" {
		it.Link = fmt.Sprintf("https://ministry.example/ky/news/%d", len(f.items))
	}
	f.items = slices.Insert(f.items, 0, it)
}

// correct changes what an item says.
func (f *feed) correct(title, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.items {
		if f.items[i].Title == title {
			f.items[i].Text = text
		}
	}
}

// read returns how often it was.
func (f *feed) read() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.reads
}

func (f *feed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/news/") {
		f.asked.Add(1)
		<-r.Context().Done()
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	feedtest.Serve(w, f.items...)
}
