package simulator

import (
	"maps"
	"slices"
	"sync"
)

// Watch tells one listener which chats changed. What it holds is bounded by the
// number of chats, however slow the listener: changes of one chat are joined until
// they are taken, and nobody ever waits for a listener. Members of a crowd are not
// reported.
type Watch struct {
	// C has something to receive when [Watch.Take] has something to give.
	C <-chan struct{}

	ready   chan struct{}
	mu      sync.Mutex
	chats   map[int64]struct{}
	watches *watches
}

// Take returns the ids of the chats that changed since the last call, sorted.
func (w *Watch) Take() []int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	chats := slices.Sorted(maps.Keys(w.chats))
	clear(w.chats)
	return chats
}

// Close ends the listening.
func (w *Watch) Close() {
	w.watches.mu.Lock()
	defer w.watches.mu.Unlock()
	delete(w.watches.all, w)
}

func (w *Watch) mark(chat int64) {
	w.mu.Lock()
	w.chats[chat] = struct{}{}
	w.mu.Unlock()
	select {
	case w.ready <- struct{}{}:
	default:
	}
}

// watches are the listeners of a server.
type watches struct {
	mu  sync.RWMutex
	all map[*Watch]struct{}
}

// begin adds a listener.
func (w *watches) begin() *Watch {
	ready := make(chan struct{}, 1)
	watch := &Watch{C: ready, ready: ready, chats: map[int64]struct{}{}, watches: w}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all == nil {
		w.all = map[*Watch]struct{}{}
	}
	w.all[watch] = struct{}{}
	return watch
}

func (w *watches) mark(chat int64) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	for watch := range w.all {
		watch.mark(chat)
	}
}
