package feeds

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"kabarchy/feeds/article"
	"kabarchy/feeds/fetch"
)

// How a source's pages are read once more: items so young, so many a poll, each after so
// long a time.
const (
	youngFor     = 72 * time.Hour
	rereadsAPoll = 3
	rereadAfter  = 10 * time.Minute
)

// rereading remembers when the pages of young items were read, and what they said then.
// It is lost when the program ends: then they are read once more.
type rereading struct {
	mu    sync.Mutex
	pages map[string]pageRead // by link
}

type pageRead struct {
	at    time.Time
	known fetch.Validators
	until time.Time // when its item is no longer young
	text  string    // of the link to it
}

// waits reports whether a page that was listed last may be read once more.
func (r *rereading) waits(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, page := range r.pages {
		if now.Before(page.until) && now.Sub(page.at) >= rereadAfter {
			return true
		}
	}
	return false
}

// due returns the places of the entries whose pages are to be read once more: those of
// this source's young items that were not read for longest, and before them those whose
// links say something else now.
func (r *rereading) due(source string, entries []entry, k knowledge, now time.Time) map[int]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	listed := make(map[string]pageRead)
	var places []int
	for i, e := range entries {
		item, known := k.records[k.atLink(i)]
		if !known || item.Source != source || item.Withdrawn || now.Sub(item.FirstSeen) > youngFor {
			continue
		}
		page := r.pages[e.Item.Link]
		page.until = item.FirstSeen.Add(youngFor)
		if text := withoutNumbers(noticed(e.Item.Title)); text != page.text {
			if page.text != "" {
				page.at = time.Time{}
			}
			page.text = text
		}
		listed[e.Item.Link] = page
		if now.Sub(page.at) >= rereadAfter {
			places = append(places, i)
		}
	}
	for link, page := range r.pages { // Read just now, and not archived yet.
		if _, known := listed[link]; !known && now.Before(page.until) && now.Sub(page.at) < rereadAfter {
			listed[link] = page
		}
	}
	r.pages = listed
	slices.SortStableFunc(places, func(a, b int) int {
		return listed[entries[a].Item.Link].at.Compare(listed[entries[b].Item.Link].at)
	})
	due := make(map[int]bool)
	for _, i := range places[:min(len(places), rereadsAPoll)] {
		due[i] = true
	}
	return due
}

func (r *rereading) get(link string) fetch.Validators {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pages[link].known
}

func (r *rereading) note(link string, known fetch.Validators, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pages == nil {
		r.pages = make(map[string]pageRead)
	}
	r.pages[link] = pageRead{at: now, known: known, until: cmp.Or(r.pages[link].until, now.Add(youngFor)), text: r.pages[link].text}
}

// readListed reads the page of an entry. The article of one that did not change has no title.
func (p *Poller) readListed(ctx context.Context, s *polled, e entry) (article.Article, error) {
	var known fetch.Validators
	if e.Is != "" {
		known = s.pages.get(e.Item.Link)
	}
	a, known, err := p.readPage(ctx, s.Source, e.Item.Link, e.Item.Title, known)
	if err != nil && e.Is == "" {
		return a, err
	}
	s.pages.note(e.Item.Link, known, p.now())
	return a, err
}
