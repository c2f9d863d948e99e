package bot

import (
	"context"
	"sync"
)

// lanes keep what concerns one chat in order and let the rest run side by side.
type lanes struct {
	mu    sync.Mutex
	tails map[int64]chan struct{} // closed when the last one in the lane has left
}

// ticket is a place in a lane.
type ticket struct {
	before <-chan struct{} // nil for the first
	leave  func()
}

// enter takes the next place in the lane.
func (l *lanes) enter(lane int64) ticket {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tails == nil {
		l.tails = make(map[int64]chan struct{})
	}
	mine := make(chan struct{})
	before := l.tails[lane]
	l.tails[lane] = mine
	return ticket{before: before, leave: func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.tails[lane] == mine {
			delete(l.tails, lane)
		}
		close(mine)
	}}
}

// wait returns when all those before have left; with an error if the context ends first.
func (t ticket) wait(ctx context.Context) error {
	if t.before == nil {
		return ctx.Err()
	}
	select {
	case <-t.before:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}
