package bot

import (
	"context"
	"math"
	"sync"
)

// lanes keep what concerns one chat in order and let the rest run side by side.
type lanes struct {
	mu    sync.Mutex
	lanes map[int64]lane // those in use
}

type lane struct {
	last  chan struct{} // closed when the last one in the lane has left
	depth int           // how many are in it
}

// alwaysRoom is for whom a lane is never too full.
const alwaysRoom = math.MaxInt

// ticket is a place in a lane.
type ticket struct {
	before <-chan struct{} // closed when the place is the first; nil if it was from the beginning
	depth  int             // how many were in the lane before
	leave  func()
}

// enter takes the next place in the lane, unless more than so many are in it.
func (l *lanes) enter(number int64, most int) (ticket, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lanes == nil {
		l.lanes = make(map[int64]lane)
	}
	was := l.lanes[number]
	if was.depth > most {
		return ticket{}, false
	}
	mine := make(chan struct{})
	l.lanes[number] = lane{mine, was.depth + 1}
	t := ticket{before: was.last, depth: was.depth}
	leave := func() {
		l.leave(number)
		close(mine)
	}
	t.leave = func() {
		if t.first() {
			leave()
			return
		}
		// Who gives up waiting must not let the next one pass those before: the place
		// is held until they have left, which the one at the head always does.
		go func() {
			<-t.before
			leave()
		}()
	}
	return t, true
}

// first says that all those before have left.
func (t ticket) first() bool {
	if t.before == nil {
		return true
	}
	select {
	case <-t.before:
		return true
	default:
		return false
	}
}

func (l *lanes) leave(number int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.lanes[number]
	now.depth--
	l.lanes[number] = now
	if now.depth == 0 {
		delete(l.lanes, number)
	}
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
