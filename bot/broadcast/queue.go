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
// in one chat one at a time, the older broadcast first, and each after its distance.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond    // room in a lane, a landing, or the end
	ready   chan struct{} // holds one token when a task may have become due
	closed  bool

	lanes   []*lane // in turn
	chats   map[int64]*chat
	parked  parkedHeap // chats that keep their distance, and tasks that were never tried
	retries parkedHeap // tasks that failed before
	turns   int
	flying  map[*task]struct{}
}

// lane is what a broadcast's walk has read and nobody has sent yet.
type lane struct {
	job   *job
	tasks []*task
}

// chat is what is known of a chat that has something pending or got something a
// moment ago.
type chat struct {
	id        int64
	pending   []*task // as before orders them
	flying    bool
	parked    bool
	notBefore time.Time
}

func newQueue() *queue {
	q := &queue{
		ready:  make(chan struct{}, 1),
		chats:  make(map[int64]*chat),
		flying: make(map[*task]struct{}),
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

// landed ends a task's attempt. The chat may get its next message at notBefore, not sooner.
func (q *queue) landed(t *task, notBefore time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.flying, t)
	t.job.open--
	c := q.chat(t.chat)
	c.flying = false
	if notBefore.After(c.notBefore) {
		c.notBefore = notBefore
	}
	q.parkChat(c)
	q.changed.Broadcast()
	q.signal()
}

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
func (q *queue) fromParked(now time.Time) *task   { return q.fromHeap(&q.parked, now) }
func (q *queue) fromRetries(now time.Time) *task  { return q.fromHeap(&q.retries, now) }

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
	if c.flying || len(c.pending) == 0 || c.notBefore.After(now) {
		q.parkChat(c)
		return nil
	}
	t := c.pending[0]
	c.pending = slices.Delete(c.pending, 0, 1)
	c.flying = true
	q.flying[t] = struct{}{}
	return t
}

// parkChat puts a chat aside until its next message may go. One that has nothing
// pending, and whose distance is over, is forgotten.
func (q *queue) parkChat(c *chat) {
	switch {
	case c.flying || c.parked:
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

// flies reports whether something is on its way to a chat.
func (q *queue) flies(chat int64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	c := q.chats[chat]
	return c != nil && c.flying
}

// idle reports whether nothing of a broadcast is queued, parked or flying.
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

// end takes everything of a broadcast out of the queue, but what is flying.
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

// awaitFlying waits until everything that is flying now has landed.
func (q *queue) awaitFlying() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, t := range slices.Collect(maps.Keys(q.flying)) {
		for _, flying := q.flying[t]; flying && !q.closed; _, flying = q.flying[t] {
			q.changed.Wait()
		}
	}
}

// close lets whoever waits for room or for a landing go.
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

// parked is a chat that has to keep its distance, or a task that waits for its next
// attempt.
type parked struct {
	at   time.Time
	chat *chat
	task *task
}

// parkedHeap is a heap by time.
type parkedHeap []parked

func (p parkedHeap) Len() int           { return len(p) }
func (p parkedHeap) Less(i, j int) bool { return p[i].at.Before(p[j].at) }
func (p parkedHeap) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *parkedHeap) Push(x any)        { *p = append(*p, x.(parked)) }
func (p *parkedHeap) Pop() any {
	last := len(*p) - 1
	x := (*p)[last]
	(*p)[last] = parked{}
	*p = (*p)[:last]
	return x
}
