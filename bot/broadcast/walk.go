package broadcast

import (
	"context"
	"errors"
	"slices"
	"time"

	"kabarchy/subscriptions"
)

// walk reads the audience from the cursor to the end and queues the chats that the
// broadcast is for. It keeps at most a lane's length ahead of the sending. Before the first
// message all chats are counted: of a small audience, by reading it all first.
func (r *runner) walk(ctx context.Context, j *job) {
	counted := j.current().Planned >= 0
	var ahead []met
	due := 0
	for from := j.current().Cursor; from < subscriptions.Buckets; from += bucketsAtOnce {
		to := min(from+bucketsAtOnce, subscriptions.Buckets)
		found, err := r.meet(ctx, j, from, to)
		if err != nil {
			return
		}
		if !counted {
			ahead = append(slices.Grow(ahead, subscriptions.Buckets-from), found...)
			if due += dueIn(found); to < subscriptions.Buckets && due <= laneLength {
				continue
			}
			if r.plan(ctx, j, ahead) != nil {
				return
			}
			found, ahead, counted = ahead, nil, true
		}
		if !r.enqueue(j, found) {
			return
		}
		j.position.Store(int64(to))
	}
	j.mu.Lock()
	j.walked = true
	j.mu.Unlock()
	r.checkpointSoon()
}

// plan counts whom a broadcast is for, and saves it with the plan. The buckets from the
// cursor on that are read already it need not read again.
func (r *runner) plan(ctx context.Context, j *job, read []met) error {
	planned, begin := 0, j.current().Cursor
	for _, in := range read {
		planned += in.planned()
	}
	for from := 0; from < subscriptions.Buckets; from += bucketsAtOnce {
		if begin <= from && from < begin+len(read) {
			continue
		}
		found, err := r.meet(ctx, j, from, min(from+bucketsAtOnce, subscriptions.Buckets))
		if err != nil {
			return err
		}
		for _, in := range found {
			planned += in.planned()
		}
	}
	j.update(func(st *state) { st.Planned = planned })
	st, _ := j.advance(time.Now())
	err := r.persist(ctx, "save whom a broadcast is for", func() error { return r.engine.plans.save(ctx, j.ID, st) })
	if err == nil && (planned > 0 || j.Kind != Digest) { // at most hours nobody wants a digest
		r.log.Info("broadcast begins", append(j.logged(), "ledger", j.Ledger, "planned", planned)...)
	}
	return err
}

// enqueue queues the chats of some buckets. It returns false when the broadcast ended.
func (r *runner) enqueue(j *job, found []met) bool {
	for _, in := range found {
		due := j.untried(in.due)
		b := j.openBucket(len(due), in.waiting)
		for _, chat := range due {
			r.catchUp(j, chat)
			if !r.queue.push(&task{job: j, chat: chat.Chat, bucket: b}) {
				return false
			}
		}
	}
	return true
}

// met are the chats of one bucket that a broadcast is for.
type met struct {
	due     []subscriptions.Subscriber // they get it now
	waiting int                        // they get it later
	settled int                        // they have it, or a line says why not
}

func (m met) planned() int { return len(m.due) + m.waiting + m.settled }

func dueIn(buckets []met) (n int) {
	for _, in := range buckets {
		n += len(in.due)
	}
	return n
}

// meet finds, for each bucket from from to to, whom the broadcast is for, until Redis answers
// or the run ends.
func (r *runner) meet(ctx context.Context, j *job, from, to int) (found []met, err error) {
	err = r.persist(ctx, "read the audience", func() (err error) {
		if j.changesMessages() {
			found, err = r.holders(ctx, j, from, to)
		} else {
			found, err = r.readers(ctx, j, from, to)
		}
		return err
	})
	return found, err
}

// holders finds who has a message that is to be changed.
func (r *runner) holders(ctx context.Context, j *job, from, to int) ([]met, error) {
	lines, err := r.engine.ledger.read(ctx, j.Ledger, bucketRange(from))
	if err != nil {
		return nil, err
	}
	found := make([]met, to-from)
	for chat, line := range lines {
		if in := &found[subscriptions.BucketOf(chat)-from]; j.changes(line) {
			in.due = append(in.due, subscriptions.Subscriber{Chat: chat})
		}
	}
	return found, nil
}

// readers finds which subscribers are to get a message.
func (r *runner) readers(ctx context.Context, j *job, from, to int) ([]met, error) {
	people, err := r.engine.options.Store.Read(ctx, from, to)
	var unreadable *subscriptions.Unreadable
	if errors.As(err, &unreadable) {
		// A newer release wrote these; it will send to them when it is back.
		r.log.Warn("preferences that this release can't read, left out", "broadcast", j.ID, "item", j.Item, "chats", len(unreadable.Chats))
	} else if err != nil {
		return nil, err
	}
	var inhabited []int // of the others the ledger need not be asked
	for i, in := range people {
		if len(in) > 0 {
			inhabited = append(inhabited, from+i)
		}
		for n := range in {
			if err := r.recall(ctx, j, in[n].Chat, &in[n].Preferences); err != nil {
				return nil, err
			}
		}
	}
	have, err := r.engine.ledger.read(ctx, j.Ledger, inhabited)
	if err != nil {
		return nil, err
	}
	found := make([]met, to-from)
	for i, in := range people {
		for _, p := range in {
			r.sort(j, p, have[p.Chat], &found[i])
		}
	}
	return found, nil
}

// sort puts a subscriber who has such a line where he or she belongs; the zero value stands
// for no line.
func (r *runner) sort(j *job, p subscriptions.Subscriber, line entry, in *met) {
	if j.settledBy(line) {
		if line.Edition == j.edition() {
			in.settled++
		}
		return
	}
	noted := line.Reason != "" && line.Edition == j.edition()
	switch when := r.decide(j, p.Preferences); {
	case when == sendNow:
		in.due = append(in.due, p)
	case noted: // it is counted by its line
		in.settled++
	case when != skip:
		in.waiting++
	}
}

// settledBy reports whether a walk passes a chat that has such a line. Who was lost and is
// back does not count as settled, nor who could not be reached with another edition.
func (j *job) settledBy(line entry) bool {
	switch {
	case line == entry{} || line.More:
		return false
	case line.Reason == "", line.Reason == inDigest:
		return true
	}
	return !line.Reason.lost() && line.Edition == j.edition()
}

// recall gives the preferences the times by which a digest is due to a chat, where they may
// have changed since its hour.
func (r *runner) recall(ctx context.Context, j *job, chat int64, p *subscriptions.Preferences) error {
	if j.Kind != Digest || !p.Owed.Until.After(j.plannedAt()) {
		return nil
	}
	return r.engine.promises.recall(ctx, j.ID, chat, p)
}

// isFor reports whether a chat is to get a message of the broadcast now.
func (r *runner) isFor(j *job, p subscriptions.Preferences) bool { return r.decide(j, p) == sendNow }

// decide returns when a chat is to get a message of the broadcast. Of those who get it later
// it notes when.
func (r *runner) decide(j *job, p subscriptions.Preferences) decision {
	if j.Kind == Digest {
		if len(r.selection(j, p)) > 0 {
			return sendNow
		}
		return skip
	}
	if j.current().Round > 0 && p.Since.After(j.plannedAt()) {
		return skip // came after the first walk: Joined saw to it
	}
	when := r.engine.audience.decide(p, j.item.Load(), j.says, j.Urgent, j.plannedAt(), time.Now())
	if later := r.laterAt(j, p, when); !later.IsZero() {
		j.lookAgain(later)
	}
	return when
}

// laterAt is when a chat gets the message that waits; zero where it does not.
func (r *runner) laterAt(j *job, p subscriptions.Preferences, when decision) time.Time {
	switch when {
	case afterQuiet:
		return r.engine.audience.quietUntil(p, time.Now())
	case afterMainEdition:
		return j.plannedAt().Add(mainEditionWait)
	}
	return time.Time{}
}

// catchUp lets older broadcasts that have not reached a chat yet go first there, so
// that its items come in order though a short broadcast overtakes a long one.
func (r *runner) catchUp(j *job, to subscriptions.Subscriber) {
	if j.Kind != News || j.Urgent {
		return
	}
	at := int64(subscriptions.BucketOf(to.Chat))
	for _, older := range r.list() {
		if older.ID < j.ID && older.Kind == News && !older.Urgent && older.current().Wake == 0 &&
			older.position.Load() <= at && r.isFor(older, to.Preferences) {
			r.queue.precede(&task{job: older, chat: to.Chat, ahead: true})
		}
	}
}

// untried leaves out who stood in the retry set when the broadcast was resumed: a walk
// from an older cursor meets these again, and a second task would forget how long the
// first has failed.
func (j *job) untried(in []subscriptions.Subscriber) []subscriptions.Subscriber {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.DeleteFunc(in, func(p subscriptions.Subscriber) bool {
		_, waits := j.retried[p.Chat]
		return waits
	})
}
