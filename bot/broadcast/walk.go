package broadcast

import (
	"context"
	"errors"
	"slices"
	"time"

	"kabarchy/subscriptions"
)

// walk reads the audience from the cursor to the end and queues the chats that the
// broadcast is for. It keeps at most a lane's length ahead of the sending.
func (r *runner) walk(ctx context.Context, j *job) {
	met, counting := 0, j.current().Planned >= 0
	for from := j.current().Cursor; from < subscriptions.Buckets; from += bucketsAtOnce {
		to := min(from+bucketsAtOnce, subscriptions.Buckets)
		var found []targets
		err := r.persist(ctx, "read the audience", func() (err error) {
			found, err = r.targets(ctx, j, from, to)
			return err
		})
		if err != nil {
			return
		}
		for _, in := range found {
			met += len(in)
			if met > laneLength && !counting {
				counting = true
				r.walks.Go(func() {
					_ = caught(r.log, "a broadcast's audience was counted", j.ID, j.Item, func() error { r.count(ctx, j); return nil })
				})
			}
			in = j.untried(in)
			b := j.openBucket(len(in))
			for _, chat := range in {
				r.catchUp(j, chat)
				if !r.queue.push(&task{job: j, chat: chat.Chat, bucket: b}) {
					return
				}
			}
		}
		j.position.Store(int64(to))
	}
	if !counting {
		j.update(func(st *state) { st.Planned = met })
	}
	j.mu.Lock()
	j.walked = true
	j.mu.Unlock()
	r.checkpointSoon()
}

// targets are the chats of one bucket that a broadcast is for.
type targets []subscriptions.Subscriber

// targets returns, for each bucket from from to to, whom the broadcast is for and who
// does not have it.
func (r *runner) targets(ctx context.Context, j *job, from, to int) ([]targets, error) {
	if j.Kind == News || j.Kind == Digest {
		return r.readers(ctx, j, from, to)
	}
	entries, err := r.engine.ledger.read(ctx, j.Ledger, bucketRange(from))
	if err != nil {
		return nil, err
	}
	found := make([]targets, to-from)
	for chat, e := range entries {
		if i := subscriptions.BucketOf(chat) - from; changes(j, e) {
			found[i] = append(found[i], subscriptions.Subscriber{Chat: chat})
		}
	}
	return found, nil
}

// readers returns the subscribers who are to get a message, but those who have it.
func (r *runner) readers(ctx context.Context, j *job, from, to int) ([]targets, error) {
	people, err := r.engine.options.Store.Read(ctx, from, to)
	var unreadable *subscriptions.Unreadable
	if errors.As(err, &unreadable) {
		// A newer release wrote these; it will send to them when it is back.
		r.log.Warn("preferences that this release can't read, left out", "broadcast", j.ID, "chats", len(unreadable.Chats))
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
	found := make([]targets, to-from)
	for i, in := range people {
		found[i] = slices.DeleteFunc(in, func(p subscriptions.Subscriber) bool {
			line, has := have[p.Chat]
			return has && !line.More || !r.isFor(j, p.Preferences)
		})
	}
	return found, nil
}

// recall gives the preferences the times by which a digest is due to a chat, where they may
// have changed since its hour.
func (r *runner) recall(ctx context.Context, j *job, chat int64, p *subscriptions.Preferences) error {
	if j.Kind != Digest || !p.Owed.Until.After(j.plannedAt()) {
		return nil
	}
	return r.engine.promises.recall(ctx, j.ID, chat, p)
}

// isFor reports whether a chat is to get a message of the broadcast now. Of those who get
// the item later it notes when.
func (r *runner) isFor(j *job, p subscriptions.Preferences) bool {
	if j.Kind == Digest {
		return len(r.selection(j, p)) > 0
	}
	if j.current().Round > 0 && p.Since.After(j.plannedAt()) {
		return false // came after the first walk: Joined saw to it
	}
	switch r.engine.audience.decide(p, j.item.Load(), j.Urgent, j.plannedAt(), time.Now()) {
	case sendNow:
		return true
	case afterQuiet:
		j.lookAgain(r.engine.audience.quietUntil(p, time.Now()))
	case afterMainEdition:
		j.lookAgain(j.plannedAt().Add(mainEditionWait))
	}
	return false
}

// changes reports whether a correction or a withdrawal has something to do for a chat
// that has a message.
func changes(j *job, e entry) bool {
	if e.Withdrawn || e.Edition != j.edition() {
		return false
	}
	return j.Kind == Withdrawal || e.Revision < min(j.Revision, maxRevision)
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
			r.queue.precede(&task{job: older, chat: to.Chat})
		}
	}
}

// count finds out how many chats the broadcast is for, where the walk will take a
// while to tell. It reads what the walk reads, and writes nothing.
func (r *runner) count(ctx context.Context, j *job) {
	planned := 0
	for from := 0; from < subscriptions.Buckets; from += bucketsAtOnce {
		to := min(from+bucketsAtOnce, subscriptions.Buckets)
		err := r.persist(ctx, "count the audience", func() error {
			found, err := r.targets(ctx, j, from, to)
			for _, in := range found {
				planned += len(in)
			}
			return err
		})
		if err != nil {
			return
		}
	}
	j.update(func(st *state) { st.Planned = planned })
}

// untried leaves out who stood in the retry set when the broadcast was resumed: a walk
// from an older cursor meets these again, and a second task would forget how long the
// first has failed.
func (j *job) untried(in targets) targets {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.DeleteFunc(in, func(p subscriptions.Subscriber) bool {
		_, waits := j.retried[p.Chat]
		return waits
	})
}
