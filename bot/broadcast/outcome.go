package broadcast

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kabarchy/subscriptions"
)

// delivered notes a message that arrived.
func (r *runner) delivered(ctx context.Context, t *task, d Delivery, m Message) {
	line := entry{Message: m, Revision: d.Item.Revision, Edition: t.job.edition(), Withdrawn: d.Kind == Withdrawal}
	if d.Kind == Digest {
		line.Revision = d.Part + 1
	}
	t.job.noted.Store(true)
	if r.engine.ledgerWriter.write(ctx, r.noteOf(t.job, t.chat, line)) != nil {
		return // the runner ended; the line is remembered, and written as soon as Redis takes it
	}
	if line.More { // the ledger says so too: a restart goes on with the next part
		r.queue.park(&task{job: t.job, chat: t.chat, bucket: t.bucket}, time.Now())
		t.kept = true
		return
	}
	t.job.update(func(st *state) { st.Sent++ })
	t.job.doubt.delivered()
	r.drop(ctx, t)
}

// endNotDue ends a task for which nothing is to be done now. If that is because the person
// waits, the broadcast has to know of it before the retry set forgets the chat.
func (r *runner) endNotDue(ctx context.Context, t *task) {
	if t.bucket == nil && t.job.current().Next != 0 {
		st, _ := t.job.advance(time.Now())
		err := r.persist(ctx, "save who waits", func() error { return r.engine.plans.save(ctx, t.job.ID, st) })
		if err != nil {
			return
		}
	}
	r.drop(ctx, t)
}

// drop ends a task that needs nothing more.
func (r *runner) drop(ctx context.Context, t *task) {
	if t.bucket == nil { // it may stand in the retry set
		err := r.persist(ctx, "clear the retry set", func() error {
			return r.engine.retries.drop(ctx, t.job.ID, t.chat)
		})
		if err != nil {
			return
		}
	}
	t.safe()
}

// failed decides what follows from a failed attempt.
func (r *runner) failed(ctx context.Context, t *task, sent time.Time, failure error) time.Time {
	now, first := time.Now(), t.attempts == 0
	if ctx.Err() != nil {
		return now // cut off by our own end: the walk or the retry set has the task
	}
	if broken := (*panicked)(nil); errors.As(failure, &broken) {
		r.settle(ctx, t, broken.refusal())
		return now
	}
	var e *Error
	if !errors.As(failure, &e) {
		e = &Error{Verdict: Transient, Err: failure}
	}
	switch e.Verdict {
	case SlowDown:
		r.engine.breaker.toldToWait(t.chat, first, sent, e.After)
		return r.tryLater(ctx, t, e, now)
	case Unauthorized, Conflict:
		r.abort(fmt.Errorf("broadcast %d: %w", t.job.ID, e))
		return now
	case BlockedByUser, Gone, Moved, Refused, OurFault:
		r.engine.breaker.answered(sent)
		r.settle(ctx, t, e)
		return now
	case NoRights: // it may have them again in the morning
		r.engine.breaker.answered(sent)
		return r.tryLater(ctx, t, e, now)
	default:
		r.engine.breaker.failed(t.chat, first, sent, e)
		return r.tryLater(ctx, t, e, now)
	}
}

// tryLater puts a task off, for longer each time or for as long as Telegram asked, or
// gives it up.
func (r *runner) tryLater(ctx context.Context, t *task, e *Error, now time.Time) time.Time {
	t.attempts++
	if t.since.IsZero() {
		t.since = now
	}
	left := r.engine.options.GiveUpAfter - now.Sub(t.since)
	if left <= 0 {
		r.settle(ctx, t, e)
		return now
	}
	wait := min(pause(t.attempts), left) // the last attempt is at that age, not after it
	if e.Verdict == SlowDown && e.After > 0 {
		wait = min(e.After, max(r.engine.options.GiveUpAfter, longestAsked))
	}
	return r.putOff(ctx, t, now.Add(wait), e)
}

// longestAsked bounds a pause that Telegram asks for, where messages are given up sooner.
const longestAsked = time.Hour

// longestHold bounds how long a chat's other items wait for one that failed: up to
// there the order counts more, then the news.
const longestHold = 30 * time.Second

// putOff puts a task into the retry set. The chat's other items wait for it, but not
// for long.
func (r *runner) putOff(ctx context.Context, t *task, due time.Time, why *Error) time.Time {
	j := t.job
	r.log.Debug("delivery put off", "broadcast", j.ID, "chat", t.chat, "attempts", t.attempts, "error", why)
	err := r.persist(ctx, "put off a delivery", func() error {
		return r.engine.retries.put(ctx, j.ID, t.chat, retryEntry{due: due, attempts: t.attempts, since: t.since})
	})
	if err != nil {
		return due
	}
	t.safe()
	r.queue.park(&task{job: j, chat: t.chat, attempts: t.attempts, since: t.since}, due)
	if why.Verdict != SlowDown && time.Until(due) > longestHold {
		return time.Now()
	}
	return due
}

// settle ends a task whose chat will not get the message, or not under this id.
func (r *runner) settle(ctx context.Context, t *task, e *Error) {
	j := t.job
	if j.held.Load() && e.Verdict != Moved {
		if r.putBack(ctx, j, t.chat) == nil {
			t.safe()
		}
		return
	}
	err := r.persist(ctx, "settle a failed delivery", func() error {
		if who, counts := j.doubt.suspectOf(t.chat, e); counts {
			if err := r.engine.suspects.note(ctx, j.ID, who); err != nil {
				return err
			}
		}
		switch e.Verdict {
		case BlockedByUser:
			_, err := r.engine.options.Store.MarkUnreachable(ctx, t.chat, subscriptions.Blocked, time.Now())
			return err
		case Gone:
			_, err := r.engine.options.Store.MarkUnreachable(ctx, t.chat, subscriptions.Gone, time.Now())
			return err
		case Moved:
			return r.moved(ctx, t, e.MovedTo)
		default:
			return r.engine.retries.fail(ctx, j.ID, t.chat, e.Error())
		}
	})
	if err != nil {
		return
	}
	r.log.Info("delivery settled without a message", "broadcast", j.ID, "chat", t.chat, "verdict", e.Verdict, "error", e.Err)
	d := j.settled(t.chat, e)
	r.drop(ctx, t)
	if d != nil {
		r.suspend(ctx, j, d)
	}
}

// settled counts a chat that was settled without a message, and returns a finding where the
// broadcast is to be held.
func (j *job) settled(chat int64, e *Error) *finding {
	lost := e.Verdict == Gone || e.Verdict == BlockedByUser
	count := func(chats int) {
		j.update(func(st *state) {
			switch {
			case lost:
				st.Blocked = max(0, st.Blocked+chats)
			case e.Verdict != Moved: // the message follows under the new id
				st.Failed = max(0, st.Failed+chats)
			}
		})
	}
	if j.Kind == Withdrawal && !lost {
		count(1)
		return nil // that one message can't be taken back says nothing of the others
	}
	return j.doubt.settled(chat, e, count)
}

// moved lets subscription, ledger and message follow a group to its new id.
func (r *runner) moved(ctx context.Context, t *task, to int64) error {
	if err := r.engine.Move(ctx, t.chat, to); err != nil {
		return err
	}
	now := time.Now()
	entry := retryEntry{due: now, attempts: t.attempts, since: t.since}
	if err := r.engine.retries.put(ctx, t.job.ID, to, entry); err != nil {
		return err
	}
	r.queue.park(&task{job: t.job, chat: to, attempts: t.attempts, since: t.since}, now)
	return nil
}
