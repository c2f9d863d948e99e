package broadcast

import (
	"sync"
	"time"
)

// unplanned remembers the announcements whose planning panicked. They stay in the outbox,
// and are tried again after growing pauses and by the next process.
type unplanned struct {
	mu    sync.Mutex
	tries map[int64]unplannedTry // by the announcement's number
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

func (u *unplanned) count() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.tries)
}
