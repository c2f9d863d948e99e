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

// tellUnread reports whether an item whose page can't be read is told by what its link
// says, and counts the tries. A file, and a page on another host, are not to be read at
// all. A page that is not there is not there for people either: its item is told when it
// comes.
func (p *Poller) tellUnread(s Source, link string, t *tries, err error) bool {
	log := p.options.Log.With("source", s.ID, "link", link, "error", err)
	if errors.Is(err, errElsewhere) || errors.Is(err, fetch.ErrNotHTML) {
		return true
	}
	if errors.Is(err, errLater) {
		return false
	}
	if t.Count++; t.Count == 1 {
		t.Since = p.now()
	}
	enough := t.Count >= enoughTries && p.now().Sub(t.Since) >= enoughTime
	var status *fetch.StatusError
	missing := errors.As(err, &status) && (status.Code == http.StatusNotFound || status.Code == http.StatusGone)
	switch {
	case enough && !missing:
		log.Warn("a listed page can't be read: its item is told by its title", "tries", t.Count)
		return true
	case t.Count&(t.Count-1) == 0: // At 1, 2, 4, 8…
		log.Warn("a listed page can't be read: its item waits", "tries", t.Count)
	}
	return false
}
