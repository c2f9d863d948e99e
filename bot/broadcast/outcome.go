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
	if d.Kind == Digest && r.noteDigested(ctx, t, d, line.More) != nil {
		return
	}
	r.fared(ctx, t)
	was := t.line
	if r.write(ctx, t.job.Ledger, t, line) != nil {
		return
	}
	if was.Reason != "" && r.reached(ctx, t) != nil {
		return
	}
	if line.More { // the ledger says so too: a restart goes on with the next part
		r.queue.park(&task{job: t.job, chat: t.chat, bucket: t.bucket}, time.Now())
		t.kept = true
		return
	}
	if t.job.doubt.delivered() {
		r.saveDoubt(ctx, t.job) // at once: a kill must not join this row with the next
	}
	r.drop(ctx, t)
}

// reached takes back that a chat was not.
func (r *runner) reached(ctx context.Context, t *task) error {
	return r.persist(ctx, "note that a chat was reached after all", func() error {
		if err := r.engine.retries.unlist(ctx, t.job.ID, t.chat); err != nil || !t.job.changesMessages() {
			return err
		}
		return r.engine.ledger.erase(ctx, []int64{t.job.outcomes()}, t.chat)
	})
}

// write notes what came of a task, and counts it. An error means that the run has ended: the
// line is remembered, and written as soon as Redis takes it.
func (r *runner) write(ctx context.Context, ledger int64, t *task, line entry) error {
	t.job.noted.Store(true)
	if err := r.engine.ledgerWriter.write(ctx, r.noteOf(ledger, t.chat, line)); err != nil {
		return err
	}
	r.turned(t.job, t.line, line)
	if line.Reason == "" && !line.More && t.job.arrived(time.Now()) {
		r.checkpointSoon() // a kill must not make it forget when the first one was
	}
	t.line = line
	return nil
}

// errQuiet is why one who is tried again has to be tried later.
var errQuiet = errors.New("it is quiet hours there")

// endNotDue ends a task for which nothing is to be done now. If that is because the person
// waits, the broadcast has to know of it before the retry set forgets the chat.
func (r *runner) endNotDue(ctx context.Context, t *task) {
	switch {
	case t.later.IsZero():
	case t.line.Reason != "": // a walk would pass it
		_ = r.putOff(ctx, t, t.later, &Error{Verdict: SlowDown, Err: errQuiet})
		return
	case t.bucket != nil:
		t.bucket.waiting.Add(1)
	case t.attempts > 0: // who joined may be among those who wait already
		t.job.update(func(st *state) { st.Waiting++ })
	}
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
	if e.Verdict != Transient && e.Verdict != Ambiguous {
		defer t.unpay() // what is refused costs nothing
	}
	switch e.Verdict {
	case SlowDown:
		if r.engine.breaker.toldToWait(t.chat, first, sent, e.After) {
			r.paidInVain(ctx, t, e)
		}
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
		if t.paid {
			t.job.fare.unanswered(sent, e)
		}
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
	r.log.Debug("delivery put off", "broadcast", j.ID, "item", j.Item, "chat", t.chat, "attempts", t.attempts, "error", why)
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
	if who, counts := j.doubt.suspectOf(t.chat, e); counts {
		err := r.persist(ctx, "note an answer that may be doubted", func() error { return r.engine.suspects.note(ctx, j.ID, who) })
		if err != nil {
			return
		}
	}
	// The line goes first: a kill then costs a second try, and no number is false.
	if why := e.lasting(); why != "" {
		line := entry{Reason: why, Revision: j.item.Load().Revision, Edition: j.edition()}
		if j.Kind == Digest {
			line.Revision = t.line.Revision // the parts that it has
		}
		if r.write(ctx, j.outcomes(), t, line) != nil {
			return
		}
	}
	if r.persist(ctx, "settle a failed delivery", func() error { return r.conclude(ctx, t, e) }) != nil {
		return
	}
	r.log.Info("delivery settled without a message", "broadcast", j.ID, "kind", j.Kind, "item", j.Item, "chat", t.chat, "verdict", e.Verdict, "error", e.Err)
	var d *finding
	if j.Kind != Withdrawal || e.lasting().lost() { // that one message can't be taken back says nothing of the others
		d = j.doubt.settled(t.chat, e)
	}
	r.drop(ctx, t)
	if d != nil {
		r.suspend(ctx, j, d)
	}
}

// conclude does with a chat what the answer asks for.
func (r *runner) conclude(ctx context.Context, t *task, e *Error) (err error) {
	switch e.Verdict {
	case BlockedByUser:
		_, err = r.engine.options.Store.MarkUnreachable(ctx, t.chat, subscriptions.Blocked, time.Now())
	case Gone:
		_, err = r.engine.options.Store.MarkUnreachable(ctx, t.chat, subscriptions.Gone, time.Now())
	case Moved:
		err = r.moved(ctx, t, e.MovedTo)
	default:
		err = r.engine.retries.fail(ctx, t.job.ID, t.chat, e.Error())
	}
	return err
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
