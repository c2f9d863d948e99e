package broadcast

import (
	"container/heap"
	"maps"
	"slices"
	"sync"
	"time"
)

// laneLength bounds how far a walk reads ahead of the sending: with it, the memory
// of a broadcast in flight does not depend on its audience.
const laneLength = 512

// queue decides which task goes next: urgent broadcasts and withdrawals before ordinary
// ones, those among themselves in turn, and of what failed before no more than its share;
// in one chat one at a time, the older broadcast first, and each after its distance and, in a
// group, where its people's answers leave room.
type queue struct {
	groups  *groupLimits
	mu      sync.Mutex
	changed *sync.Cond    // room in a lane, a task that is done, or the end
	ready   chan struct{} // holds one token when a task may have become due
	closed  bool

	lanes    []*lane // in turn
	chats    map[int64]*chat
	parked   parkedHeap // chats that keep their distance, and tasks that were never tried
	retries  parkedHeap // tasks that failed before
	turns    int
	inFlight map[*task]struct{}
}

// lane is what a broadcast's walk has read and nobody has sent yet.
type lane struct {
	job   *job
	tasks []*task
}

func newQueue(g *groupLimits) *queue {
	q := &queue{
		groups:   g,
		ready:    make(chan struct{}, 1),
		chats:    make(map[int64]*chat),
		inFlight: make(map[*task]struct{}),
	}
	q.changed = sync.NewCond(&q.mu)
	return q
}

// push puts a task into its broadcast's lane, and waits for room there. It returns
// false when the broadcast ended or the queue is closed.
func (q *queue) push(t *task) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lane(t.job)
	for len(l.tasks) >= laneLength && !q.closed && !t.job.ended {
		q.changed.Wait()
	}
	if q.closed || t.job.ended {
		return false
	}
	l.tasks = append(l.tasks, t)
	q.add(t)
	q.signal()
	return true
}

// precede lets a task go before the chat's next one of a younger broadcast, without
// a turn of its own.
func (q *queue) precede(t *task) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !t.job.ended {
		q.add(t)
	}
}

// park lets a task wait until a moment.
func (q *queue) park(t *task, until time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.parkUntil(t, until)
}

// parkAnew is park for a task that takes the place of one that waits already.
func (q *queue) parkAnew(t *task, until time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, h := range []*parkedHeap{&q.parked, &q.retries} {
		*h = slices.DeleteFunc(*h, func(p parked) bool {
			same := p.task != nil && p.task.job == t.job && p.task.chat == t.chat && p.task.bucket == nil
			if same {
				t.job.open--
			}
			return same
		})
		heap.Init(h)
	}
	q.parkUntil(t, until)
}

func (q *queue) parkUntil(t *task, until time.Time) {
	if t.job.ended {
		return
	}
	t.job.open++
	into := &q.parked
	if t.attempts > 0 {
		into = &q.retries
	}
	heap.Push(into, parked{at: until, task: t})
	q.signal()
}

// done ends a task's attempt. The chat may get its next message at notBefore, not sooner.
func (q *queue) done(t *task, notBefore time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.inFlight, t)
	t.job.open--
	q.groups.leave(t.chat, ofNews, t.asked)
	c := q.chat(t.chat)
	c.inFlight = false
	if notBefore.After(c.notBefore) {
		c.notBefore = notBefore
	}
	q.parkChat(c)
	q.changed.Broadcast()
	q.signal()
}

// parkChat puts a chat aside until its next message may go. One that has nothing
// pending, and whose distance is over, is forgotten.
func (q *queue) parkChat(c *chat) {
	switch {
	case c.inFlight || c.parked:
	case len(c.pending) == 0 && !c.notBefore.After(time.Now()):
		delete(q.chats, c.id)
	default:
		c.parked = true
		heap.Push(&q.parked, parked{at: c.notBefore, chat: c})
	}
}

// add puts a task among its chat's pending ones.
func (q *queue) add(t *task) {
	t.job.open++
	c := q.chat(t.chat)
	at, _ := slices.BinarySearchFunc(c.pending, t, before)
	c.pending = slices.Insert(c.pending, at, t)
}

func (q *queue) chat(id int64) *chat {
	c := q.chats[id]
	if c == nil {
		c = &chat{id: id}
		q.chats[id] = c
	}
	return c
}

func (q *queue) lane(j *job) *lane {
	for _, l := range q.lanes {
		if l.job == j {
			return l
		}
	}
	l := &lane{job: j}
	q.lanes = append(q.lanes, l)
	return l
}

// isSendingTo reports whether something is on its way to a chat.
func (q *queue) isSendingTo(chat int64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	c := q.chats[chat]
	return c != nil && c.inFlight
}

// isSending reports whether something of a broadcast is on its way.
func (q *queue) isSending(j *job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for t := range q.inFlight {
		if t.job == j {
			return true
		}
	}
	return false
}

// idle reports whether nothing of a broadcast is queued, parked or in flight.
func (q *queue) idle(j *job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return j.open == 0
}

// hasEnded reports whether a broadcast was ended before its time.
func (q *queue) hasEnded(j *job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return j.ended
}

// end takes everything of a broadcast out of the queue, but what is in flight.
func (q *queue) end(j *job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	j.ended = true
	ofRun := func(t *task) bool { return t != nil && t.job == j }
	q.lanes = slices.DeleteFunc(q.lanes, func(l *lane) bool { return l.job == j })
	for _, h := range []*parkedHeap{&q.parked, &q.retries} {
		*h = slices.DeleteFunc(*h, func(p parked) bool { return ofRun(p.task) })
		heap.Init(h)
	}
	for _, c := range q.chats {
		c.pending = slices.DeleteFunc(c.pending, ofRun)
		q.parkChat(c) // what is left there may have waited for this broadcast's turn
	}
	q.changed.Broadcast()
	q.signal()
}

// awaitInFlight waits until everything that is in flight now is done.
func (q *queue) awaitInFlight() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, t := range slices.Collect(maps.Keys(q.inFlight)) {
		for _, waiting := q.inFlight[t]; waiting && !q.closed; _, waiting = q.inFlight[t] {
			q.changed.Wait()
		}
	}
}

// close lets whoever waits for room or for a task go.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.changed.Broadcast()
}

func (q *queue) signal() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// before orders the tasks of one chat: what goes first, then the older broadcast.
func before(a, b *task) int {
	switch {
	case a.job.first() == b.job.first():
		return int(a.job.ID - b.job.ID)
	case a.job.first():
		return -1
	}
	return 1
}
