package broadcast

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"kabarchy/feeds/feedtest"
)

// site is a ministry's site with a feed for each language.
type site struct {
	mu    sync.Mutex
	items map[string][]string // language → titles, newest first
	texts sync.Map            // title → text
	links sync.Map            // title → number in the address
}

// number gives an item a number in its address.
func (s *site) number(title string, n int) { s.links.Store(title, n) }

func (s *site) set(language, title, text string) {
	s.texts.Store(title, text)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.items[language], title) {
		s.items[language] = append([]string{title}, s.items[language]...)
	}
}

// remove takes an item off the site.
func (s *site) remove(language, title string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[language] = slices.DeleteFunc(s.items[language], func(t string) bool { return t == title })
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	language := strings.TrimPrefix(r.URL.Path, "/")
	s.mu.Lock()
	defer s.mu.Unlock()
	var items []feedtest.Item
	for _, title := range s.items[language] {
		text, _ := s.texts.Load(title)
		address := fmt.Sprintf("%x", title)
		if n, numbered := s.links.Load(title); numbered {
			address = fmt.Sprint(n)
		}
		items = append(items, feedtest.Item{
			Title: title, Link: "https://ministry.example/" + language + "/news/" + address, Text: fmt.Sprint(text),
		})
	}
	feedtest.Serve(w, items...)
}
