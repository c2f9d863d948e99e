package broadcast

import (
	"container/heap"
	"slices"
	"time"
)

// retryTurn is every how many turns one is a retry's, where others wait as well: chats
// that always fail must cost the rest neither the rate nor the probes.
const retryTurn = 4

// next takes the next task that may go now. When there is none it returns the
// moment at which to look again, or the zero time when only a push can help.
func (q *queue) next(now time.Time) (*task, time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if t := q.fromLanes(now, true); t != nil {
		return t, time.Time{}
	}
	q.turns++
	order := []func(time.Time) *task{q.fromParked, q.fromOrdinary, q.fromRetries}
	if q.turns%retryTurn == 0 {
		order = []func(time.Time) *task{q.fromRetries, q.fromParked, q.fromOrdinary}
	}
	for _, from := range order {
		if t := from(now); t != nil {
			return t, time.Time{}
		}
	}
	var again time.Time
	for _, h := range []parkedHeap{q.parked, q.retries} {
		if len(h) > 0 && (again.IsZero() || h[0].at.Before(again)) {
			again = h[0].at
		}
	}
	return nil, again
}

func (q *queue) fromOrdinary(now time.Time) *task { return q.fromLanes(now, false) }

func (q *queue) fromParked(now time.Time) *task { return q.fromHeap(&q.parked, now) }

func (q *queue) fromRetries(now time.Time) *task { return q.fromHeap(&q.retries, now) }

// fromLanes goes through the lanes that go first or through the ordinary ones, in turn.
func (q *queue) fromLanes(now time.Time, first bool) *task {
	for range len(q.lanes) {
		l := q.lanes[0]
		copy(q.lanes, q.lanes[1:])
		q.lanes[len(q.lanes)-1] = l
		if l.job.first() != first {
			continue
		}
		if t := q.fromLane(l, now); t != nil {
			return t
		}
	}
	return nil
}

// fromLane goes down a lane until a chat in it may get a message. What that chat gets
// is its first pending task, which may be another lane's.
func (q *queue) fromLane(l *lane, now time.Time) *task {
	defer q.changed.Broadcast()
	for len(l.tasks) > 0 {
		t := l.tasks[0]
		l.tasks[0] = nil
		l.tasks = l.tasks[1:]
		c := q.chats[t.chat]
		if c == nil || !slices.Contains(c.pending, t) {
			continue // it went on another lane's turn
		}
		if taken := q.take(c, now); taken != nil {
			return taken
		}
	}
	return nil
}

// fromHeap looks at what has waited long enough.
func (q *queue) fromHeap(waiting *parkedHeap, now time.Time) *task {
	for len(*waiting) > 0 && !(*waiting)[0].at.After(now) {
		p := heap.Pop(waiting).(parked)
		c := p.chat
		if p.task != nil {
			c = q.chat(p.task.chat)
			p.task.job.open-- // add counts it again
			q.add(p.task)
		} else {
			c.parked = false
		}
		if t := q.take(c, now); t != nil {
			return t
		}
	}
	return nil
}

// take takes a chat's first pending task if the chat may get one now; if not, the
// chat is parked until it may.
func (q *queue) take(c *chat, now time.Time) *task {
	if c.inFlight || len(c.pending) == 0 || c.notBefore.After(now) {
		q.parkChat(c)
		return nil
	}
	if wait := q.groups.enter(c.id, ofNews); wait > 0 {
		c.notBefore = now.Add(wait)
		q.parkChat(c)
		return nil
	}
	t := c.pending[0]
	t.asked = false
	c.pending = slices.Delete(c.pending, 0, 1)
	c.inFlight = true
	q.inFlight[t] = struct{}{}
	return t
}
