package feeds

import (
	"errors"
	"net/http"
	"time"

	"kabarchy/feeds/fetch"
)

// An item whose page can't be read is told by its title after so many tries, over so
// long a time.
const (
	enoughTries = 3
	enoughTime  = 10 * time.Minute
)

// tries are how often a page could not be read, since when.
type tries struct {
	count int
	since time.Time
}

// tellUnread reports whether an item whose page can't be read is told by what its link
// says. A file, and a page on another host, are not to be read at all. A page that is not
// there is not there for people either: its item is told when it comes. Whoever has the
// source's turn may ask.
func (p *Poller) tellUnread(s *polled, link string, err error) bool {
	log := p.options.Log.With("source", s.ID, "link", link, "error", err)
	if errors.Is(err, errElsewhere) || errors.Is(err, fetch.ErrNotHTML) {
		return true
	}
	if errors.Is(err, errLater) {
		return false
	}
	t := s.unread[link]
	if t.count++; t.count == 1 {
		t.since = p.now()
	}
	if s.unread == nil {
		s.unread = make(map[string]tries)
	}
	s.unread[link] = t
	enough := t.count >= enoughTries && p.now().Sub(t.since) >= enoughTime
	var status *fetch.StatusError
	missing := errors.As(err, &status) && (status.Code == http.StatusNotFound || status.Code == http.StatusGone)
	switch {
	case enough && !missing:
		log.Warn("a listed page can't be read: its item is told by its title", "tries", t.count)
		return true
	case t.count&(t.count-1) == 0: // At 1, 2, 4, 8…
		log.Warn("a listed page can't be read: its item waits", "tries", t.count)
	}
	return false
}

// forget drops what is remembered of pages that are listed no more.
func (s *polled) forget(listed []entry) {
	links := make(map[string]bool, len(listed))
	for _, e := range listed {
		links[e.Item.Link] = true
	}
	for link := range s.unread {
		if !links[link] {
			delete(s.unread, link)
		}
	}
}
