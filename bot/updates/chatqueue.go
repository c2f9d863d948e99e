package updates

import (
	"context"
	"math"
	"sync"
)

// ChatQueue keeps what concerns one chat in order, and lets the rest run side by side. The
// zero value is ready to use.
type ChatQueue struct {
	mu    sync.Mutex
	lanes map[int64]lane // those in use
}

// InTurn does something when all is done with that was given to the chat before. It returns
// an error if ctx is done before that.
func (q *ChatQueue) InTurn(ctx context.Context, chat int64, do func()) error {
	place, _ := q.enter(chat, alwaysRoom)
	defer place.leave()
	if err := place.wait(ctx); err != nil {
		return err
	}
	do()
	return nil
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
func (q *ChatQueue) enter(number int64, most int) (ticket, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.lanes == nil {
		q.lanes = make(map[int64]lane)
	}
	was := q.lanes[number]
	if was.depth > most {
		return ticket{}, false
	}
	mine := make(chan struct{})
	q.lanes[number] = lane{mine, was.depth + 1}
	t := ticket{before: was.last, depth: was.depth}
	leave := func() {
		q.leave(number)
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

// first reports whether all those before have left.
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

func (q *ChatQueue) leave(number int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.lanes[number]
	now.depth--
	q.lanes[number] = now
	if now.depth == 0 {
		delete(q.lanes, number)
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
