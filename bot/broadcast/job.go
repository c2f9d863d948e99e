package broadcast

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// job is one broadcast in progress, on the instance that sends.
type job struct {
	plan

	item  atomic.Pointer[feeds.Item] // the item as it is now: a correction replaces it
	says  says                       // what it said when it was planned
	items []digestItem               // a digest's
	// changing are, for a digest, those who may have begun to change their times before it
	// was planned, and end it meanwhile.
	changing map[int64]bool
	fresh    bool        // it was begun by this runner, never before
	noted    atomic.Bool // its ledger has a line

	position atomic.Int64 // the bucket that the walk reads next
	doubt    *doubt
	fare     fare
	held     atomic.Bool // nothing more of it is settled here
	cutOff   atomic.Bool // a task of it was left undone, as the run ends: it does not end here

	mu        sync.Mutex
	state     state
	buckets   []*bucket // those from the cursor to the position
	walked    bool
	saved     state                // as Redis has it
	retried   map[int64]retryEntry // who stood in the retry set when this began here; nil from the next walk on
	meter     meter
	pace      paced
	paceSaved paced
	leaving   bool // it was taken out of work here, but for what is on its way
	ends      bool // it is over when that has arrived

	// The queue's, under its lock.
	open  int  // tasks queued, parked or in flight
	ended bool // nothing more of it is sent
}

// logged is what the log follows a broadcast by: its number, and the id of the item that it brings,
// or of a digest those of its items.
func (j *job) logged() []any {
	about := []any{"broadcast", j.ID, "kind", j.Kind}
	if j.Kind != Digest {
		return append(about, "item", j.Item)
	}
	ids := make([]string, len(j.items))
	for i, it := range j.items {
		ids[i] = it.ID
	}
	return append(about, "items", strings.Join(ids, " "))
}

// openBucket opens the next bucket of the walk, with so many chats to settle in it, and so
// many that wait.
func (j *job) openBucket(chats, waiting int) *bucket {
	b := &bucket{}
	b.left.Store(int64(chats))
	b.waiting.Store(int64(waiting))
	j.mu.Lock()
	defer j.mu.Unlock()
	j.buckets = append(j.buckets, b)
	return b
}

// advance moves the cursor past the settled buckets and returns the state to save;
// changed reports whether Redis has another one.
func (j *job) advance(now time.Time) (st state, changed bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	settled := 0
	for settled < len(j.buckets) && j.buckets[settled].left.Load() == 0 {
		j.state.Waiting += int(j.buckets[settled].waiting.Load())
		settled++
	}
	j.buckets = slices.Delete(j.buckets, 0, settled)
	j.state.Cursor += settled
	j.state.Rate = j.meter.rate(now, j.state.Sent)
	return j.state, j.state != j.saved
}

// lookAgain asks for another walk at a time, when somebody who waits may get the item.
func (j *job) lookAgain(at time.Time) {
	second := at.Add(time.Second - 1).Unix() // up: a walk that comes too early finds everybody still waiting
	j.update(func(st *state) {
		if st.Next == 0 || second < st.Next {
			st.Next = second
		}
	})
}

// nextWalk prepares the next walk and reports whether there is one: only if somebody waits.
func (j *job) nextWalk() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.state.Next == 0 {
		return false
	}
	j.state.Next = min(j.state.Next, j.plannedAt().Add(longestWait).Unix()+1)
	j.walked, j.buckets, j.retried = false, nil, nil
	j.position.Store(0)
	j.state.Cursor, j.state.Wake, j.state.Next = 0, j.state.Next, 0
	j.state.Round++
	return true
}

// walkDue reports whether it is time for the next walk.
func (j *job) walkDue(now time.Time) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.leaving || j.state.Wake == 0 || now.Unix() < j.state.Wake {
		return false
	}
	j.state.Wake, j.state.Waiting = 0, 0 // the walk meets them again
	return true
}

// readAll reports whether the walk has read the whole audience.
func (j *job) readAll() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.walked
}

// done reports whether the walk is over and every chat in it settled, and no other task was
// left to the next run.
func (j *job) done() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.walked && j.state.Cursor == subscriptions.Buckets && !j.cutOff.Load()
}

// ledgerEmpty reports whether the broadcast has a ledger of its own, and no line in it.
func (j *job) ledgerEmpty() bool { return j.fresh && j.Ledger == j.ID && !j.noted.Load() }

// plannedAt is when the broadcast was planned.
func (j *job) plannedAt() time.Time { return time.UnixMilli(j.PlannedAt) }

// current returns the state as it is now.
func (j *job) current() state {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state
}

// update changes the state under the lock.
func (j *job) update(change func(st *state)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	change(&j.state)
}

// first reports whether a broadcast goes before ordinary ones: what is urgent, and what
// takes back a mistake.
func (j *job) first() bool { return j.Urgent || j.Kind == Withdrawal }

// bucket counts the chats of one bucket of a walk that are not settled, and those that wait
// for their hours or for another edition.
type bucket struct {
	left, waiting atomic.Int64
}

// digestItem is an item that went out, when, the number of the ledger that it shares with
// its other editions, and whether it was still going out as the digest began.
type digestItem struct {
	feeds.Item
	says     says
	at       time.Time
	ledger   int64
	onItsWay bool
}

// from is until when digests had been sent before this one.
func (j *job) from() time.Time {
	if j.From == 0 { // planned by an earlier release
		return j.plannedAt().Add(-time.Hour)
	}
	return hourTime(j.From)
}
