package broadcast

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// run is one broadcast on its way, on the instance that sends.
type run struct {
	plan

	item  atomic.Pointer[feeds.Item] // the item as it is now: a correction replaces it
	items []told                     // a digest's
	fresh bool                       // it was begun in this session, never before
	noted atomic.Bool                // its ledger has a line

	position atomic.Int64 // the bucket that the walk reads next
	doubt    *doubt
	held     atomic.Bool // nothing more of it is settled here

	mu      sync.Mutex
	state   state
	buckets []*bucket // those from the cursor to the position
	walked  bool
	saved   state                // as Redis has it
	retried map[int64]retryEntry // who stood in the retry set when this began here; nil from the next walk on
	meter   meter

	// The queue's, under its lock.
	open  int  // tasks queued, parked or flying
	ended bool // nothing more of it is sent
}

// reach opens the next bucket of the walk, with so many chats to settle in it.
func (r *run) reach(chats int) *bucket {
	b := &bucket{}
	b.left.Store(int64(chats))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.buckets = append(r.buckets, b)
	return b
}

// advance moves the cursor past the settled buckets and returns the state to save;
// changed reports whether Redis has another one.
func (r *run) advance(now time.Time) (st state, changed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	settled := 0
	for settled < len(r.buckets) && r.buckets[settled].left.Load() == 0 {
		settled++
	}
	r.buckets = slices.Delete(r.buckets, 0, settled)
	r.state.Cursor += settled
	r.state.Rate = r.meter.rate(now, r.state.Sent)
	return r.state, r.state != r.saved
}

// lookAgain says that somebody may get the item at a time, and not before.
func (r *run) lookAgain(at time.Time) {
	second := at.Add(time.Second - 1).Unix() // up: a walk that comes too early finds everybody still waiting
	r.tell(func(st *state) {
		if st.Next == 0 || second < st.Next {
			st.Next = second
		}
	})
}

// rest lets the broadcast wait for its next walk, if somebody waits for one.
func (r *run) rest() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state.Next == 0 {
		return false
	}
	r.state.Next = min(r.state.Next, r.plannedAt().Add(longestWait).Unix()+1)
	r.walked, r.buckets, r.retried = false, nil, nil
	r.position.Store(0)
	r.state.Cursor, r.state.Wake, r.state.Next = 0, r.state.Next, 0
	r.state.Round++
	return true
}

// rouse reports whether it is time for the next walk.
func (r *run) rouse(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state.Wake == 0 || now.Unix() < r.state.Wake {
		return false
	}
	r.state.Wake = 0
	return true
}

// over says that the walk has read the whole audience.
func (r *run) over() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.walked
}

// done says that the walk is over and every chat in it settled.
func (r *run) done() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.walked && r.state.Cursor == subscriptions.Buckets
}

// blank reports whether the broadcast has a ledger of its own, and no line in it.
func (r *run) blank() bool { return r.fresh && r.Ledger == r.ID && !r.noted.Load() }

// edition is the number of the language of what is sent.
func (r *run) edition() int { return subscriptions.Number(r.Language) }

// plannedAt is when the broadcast was planned.
func (r *run) plannedAt() time.Time { return time.UnixMilli(r.PlannedAt) }

// now is the state as it is now.
func (r *run) now() state {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

// tell changes the state under the lock.
func (r *run) tell(change func(st *state)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.state)
}

// walk reads the audience from the cursor to the end and queues whom the broadcast
// is for. It keeps at most a lane's length ahead of the sending.
func (s *session) walk(ctx context.Context, r *run) {
	met, counting := 0, r.now().Planned >= 0
	for from := r.now().Cursor; from < subscriptions.Buckets; from += bucketsAtOnce {
		to := min(from+bucketsAtOnce, subscriptions.Buckets)
		var found []targets
		err := s.persist(ctx, "read the audience", func() (err error) {
			found, err = s.targets(ctx, r, from, to)
			return err
		})
		if err != nil {
			return
		}
		for _, in := range found {
			met += len(in)
			if met > laneLength && !counting {
				counting = true
				s.walks.Go(func() {
					_ = caught(s.Log, "a broadcast's audience was counted", r.ID, r.Item, func() error { s.count(ctx, r); return nil })
				})
			}
			in = r.untried(in)
			b := r.reach(len(in))
			for _, chat := range in {
				s.catchUp(r, chat)
				if !s.queue.push(&task{run: r, chat: chat.Chat, bucket: b}) {
					return
				}
			}
		}
		r.position.Store(int64(to))
	}
	if !counting {
		r.tell(func(st *state) { st.Planned = met })
	}
	r.mu.Lock()
	r.walked = true
	r.mu.Unlock()
	s.tend()
}

// untried leaves out who stood in the retry set when the broadcast was resumed: a walk
// from an older cursor meets these again, and a second task would forget how long the
// first has failed.
func (r *run) untried(in targets) targets {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(in, func(p subscriptions.Subscriber) bool {
		_, waits := r.retried[p.Chat]
		return waits
	})
}

// targets are the chats of one bucket that a broadcast is for.
type targets []subscriptions.Subscriber

// targets returns, for each bucket from from to to, whom the broadcast is for and who
// does not have it.
func (s *session) targets(ctx context.Context, r *run, from, to int) ([]targets, error) {
	if r.Kind == News || r.Kind == Digest {
		return s.readers(ctx, r, from, to)
	}
	entries, err := s.ledger.read(ctx, r.Ledger, bucketRange(from))
	if err != nil {
		return nil, err
	}
	found := make([]targets, to-from)
	for chat, e := range entries {
		if i := subscriptions.BucketOf(chat) - from; changes(r, e) {
			found[i] = append(found[i], subscriptions.Subscriber{Chat: chat})
		}
	}
	return found, nil
}

// readers returns the subscribers who are to get a message, but those who have it.
func (s *session) readers(ctx context.Context, r *run, from, to int) ([]targets, error) {
	people, err := s.Store.Read(ctx, from, to)
	var unreadable *subscriptions.Unreadable
	if errors.As(err, &unreadable) {
		// A newer release wrote these; it will send to them when it is back.
		s.Log.Warn("preferences that this release can't read, left out", "broadcast", r.ID, "chats", len(unreadable.Chats))
	} else if err != nil {
		return nil, err
	}
	var inhabited []int // of the others the ledger need not be asked
	for i, in := range people {
		if len(in) > 0 {
			inhabited = append(inhabited, from+i)
		}
		for n := range in {
			if err := s.recall(ctx, r, in[n].Chat, &in[n].Preferences); err != nil {
				return nil, err
			}
		}
	}
	have, err := s.ledger.read(ctx, r.Ledger, inhabited)
	if err != nil {
		return nil, err
	}
	found := make([]targets, to-from)
	for i, in := range people {
		found[i] = slices.DeleteFunc(in, func(p subscriptions.Subscriber) bool {
			line, has := have[p.Chat]
			return has && !line.More || !s.meets(r, p.Preferences)
		})
	}
	return found, nil
}

// recall gives the preferences the times by which a digest is due to a chat, where they may
// have changed since its hour.
func (s *session) recall(ctx context.Context, r *run, chat int64, p *subscriptions.Preferences) error {
	if r.Kind != Digest || !p.Owed.Until.After(r.plannedAt()) {
		return nil
	}
	return s.promises.recall(ctx, r.ID, chat, p)
}

// meets reports whether the walk has to stop at a chat. Of those who get the item later
// it notes when.
func (s *session) meets(r *run, p subscriptions.Preferences) bool {
	if r.Kind == Digest {
		return len(s.selection(r, p)) > 0
	}
	if r.now().Round > 0 && p.Since.After(r.plannedAt()) {
		return false // came after the first walk: Joined saw to it
	}
	switch s.turn(p, r.item.Load(), r.Urgent, r.plannedAt(), time.Now()) {
	case send:
		return true
	case rest:
		r.lookAgain(s.quietUntil(p, time.Now()))
	case linger:
		r.lookAgain(r.plannedAt().Add(editionPatience))
	}
	return false
}

// changes reports whether a correction or a withdrawal has something to do for a chat
// that has a message.
func changes(r *run, e entry) bool {
	if e.Withdrawn || e.Edition != r.edition() {
		return false
	}
	return r.Kind == Withdrawal || e.Revision < min(r.Revision, maxRevision)
}

// catchUp lets older broadcasts that have not reached a chat yet go first there, so
// that its items come in order though a short broadcast overtakes a long one.
func (s *session) catchUp(r *run, to subscriptions.Subscriber) {
	if r.Kind != News || r.Urgent {
		return
	}
	at := int64(subscriptions.BucketOf(to.Chat))
	for _, older := range s.list() {
		if older.ID < r.ID && older.Kind == News && !older.Urgent && older.now().Wake == 0 &&
			older.position.Load() <= at && s.meets(older, to.Preferences) {
			s.queue.precede(&task{run: older, chat: to.Chat})
		}
	}
}

// count finds out how many chats the broadcast is for, where the walk will take a
// while to tell. It reads what the walk reads, and writes nothing.
func (s *session) count(ctx context.Context, r *run) {
	planned := 0
	for from := 0; from < subscriptions.Buckets; from += bucketsAtOnce {
		to := min(from+bucketsAtOnce, subscriptions.Buckets)
		err := s.persist(ctx, "count the audience", func() error {
			found, err := s.targets(ctx, r, from, to)
			for _, in := range found {
				planned += len(in)
			}
			return err
		})
		if err != nil {
			return
		}
	}
	r.tell(func(st *state) { st.Planned = planned })
}

// meter measures a rate over the last seconds.
type meter struct {
	at   time.Time
	sent int
	last float64
}

// meterWindow is how long a rate is measured before it is told.
const meterWindow = 3 * time.Second

func (m *meter) rate(now time.Time, sent int) float64 {
	switch since := now.Sub(m.at); {
	case m.at.IsZero() || sent < m.sent:
		m.at, m.sent = now, sent
	case since >= meterWindow:
		m.last = float64(sent-m.sent) / since.Seconds()
		m.at, m.sent = now, sent
	}
	return m.last
}
