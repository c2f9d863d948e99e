package broadcast

import (
	"slices"
	"sync"

	"kabarchy/subscriptions"
)

// unwritten are the lines of ledgers that Redis has not taken yet: messages that are on
// phones. Whoever reads a ledger finds them there. They outlive the runner, so that a
// lease that was lost meanwhile, in the same process, brings nobody the same again.
type unwritten struct {
	mu    sync.Mutex
	lines map[place]entry
}

// place is where a line of a ledger stands.
type place struct{ ledger, chat int64 }

func (u *unwritten) add(n note) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.lines[place{n.ledger, n.chat}] = n.entry
}

// written takes a line out, unless there is a newer one.
func (u *unwritten) written(n note) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if at := (place{n.ledger, n.chat}); u.lines[at] == n.entry {
		delete(u.lines, at)
	}
}

func (u *unwritten) get(at place) (entry, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	e, has := u.lines[at]
	return e, has
}

// of returns the lines of some buckets of a ledger, by chat.
func (u *unwritten) of(ledger int64, buckets []int) map[int64]entry {
	u.mu.Lock()
	defer u.mu.Unlock()
	found := make(map[int64]entry)
	for at, e := range u.lines {
		if at.ledger == ledger && slices.Contains(buckets, subscriptions.BucketOf(at.chat)) {
			found[at.chat] = e
		}
	}
	return found
}

// notes are all lines.
func (u *unwritten) notes() []note {
	u.mu.Lock()
	defer u.mu.Unlock()
	notes := make([]note, 0, len(u.lines))
	for at, e := range u.lines {
		notes = append(notes, note{at.ledger, at.chat, e})
	}
	return notes
}

// forget drops what is known of a chat in some ledgers.
func (u *unwritten) forget(ledgers []int64, chat int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, number := range ledgers {
		delete(u.lines, place{number, chat})
	}
}

// note is one line to be written into a ledger.
type note struct {
	ledger int64
	chat   int64
	entry  entry
}
