package broadcast

import (
	"maps"
	"slices"
	"sync"
	"time"

	"kabarchy/feeds"
)

// unplanned remembers the announcements whose planning panicked. They stay in the outbox,
// and are tried again after growing pauses and by the next process.
type unplanned struct {
	mu    sync.Mutex
	tries map[int64]unplannedTry // by the announcement's number
	all   bool                   // announcements were tried since the run began
}

type unplannedTry struct {
	failures int
	next     time.Time
}

// due reports whether an announcement may be tried now.
func (u *unplanned) due(announcement int64) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return !time.Now().Before(u.tries[announcement].next)
}

func (u *unplanned) fail(announcement int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.tries == nil {
		u.tries = make(map[int64]unplannedTry)
	}
	failures := u.tries[announcement].failures + 1
	u.tries[announcement] = unplannedTry{failures, time.Now().Add(pause(failures))}
}

func (u *unplanned) drop(announcement int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.tries, announcement)
}

// tried notes which announcements the outbox held that were tried just now, and whether it
// held more. What it holds no more, another instance has planned.
func (u *unplanned) tried(announced []feeds.Announcement, all bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.all = u.all || all
	maps.DeleteFunc(u.tries, func(id int64, _ unplannedTry) bool {
		return !slices.ContainsFunc(announced, func(a feeds.Announcement) bool { return a.ID == id })
	})
}

// ended notes that the run is over: another instance may try from now on.
func (u *unplanned) ended() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.all = false
}

func (u *unplanned) count() (n int, complete bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.tries), u.all
}
