package broadcast

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// dispatch starts one attempt after the other, as slots become free, until ctx is done. It
// returns when every attempt has ended, or when sending is done too.
func (r *runner) dispatch(ctx, sending context.Context) {
	var workers sync.WaitGroup
	defer workers.Wait()
	for {
		t := r.await(ctx)
		if t == nil {
			return
		}
		t.paid = r.pay(ctx, t)
		s, err := r.slots.acquire(ctx, t.paid)
		if err != nil {
			t.unpay()
			r.endAttempt(t, time.Time{})
			return
		}
		workers.Go(func() {
			defer s.release()
			notBefore := r.attempt(sending, t, s)
			if !t.asked {
				t.unpay()
			}
			r.endAttempt(t, notBefore)
			if t.job.readAll() && r.queue.idle(t.job) {
				r.checkpointSoon()
			}
		})
	}
}

// endAttempt takes a task out of flight. One that is neither done nor kept for later is the
// next run's, and its broadcast, too: it would end without it.
func (r *runner) endAttempt(t *task, notBefore time.Time) {
	if !t.kept {
		t.job.cutOff.Store(true)
	}
	r.queue.done(t, notBefore)
}

// await waits for the next task. It returns nil when ctx is done.
func (r *runner) await(ctx context.Context) *task {
	for ctx.Err() == nil {
		t, again := r.queue.next(time.Now())
		if t != nil {
			return t
		}
		var due <-chan time.Time
		if !again.IsZero() {
			due = time.After(time.Until(again))
		}
		select {
		case <-ctx.Done():
		case <-r.queue.ready:
		case <-due:
		}
	}
	return nil
}

// attempt makes one attempt at a task and does what follows from it. It returns the moment
// before which the chat may get nothing more.
func (r *runner) attempt(ctx context.Context, t *task, s *slot) (notBefore time.Time) {
	if r.engine.ledgerWriter.await(ctx) != nil {
		return time.Time{} // as below
	}
	var d Delivery
	var due bool
	err := caught(r.log, "a message was prepared", t.job.ID, t.job.Item, func() (err error) {
		d, due, err = r.prepare(ctx, t)
		return err
	})
	if broken := (*panicked)(nil); errors.As(err, &broken) {
		r.settle(ctx, t, broken.refusal())
		return time.Time{}
	}
	if err != nil {
		return time.Time{} // the runner ends; the walk or the retry set has the task
	}
	if r.queue.hasEnded(t.job) {
		return time.Time{} // whoever goes on with the broadcast has the task
	}
	if !due {
		r.endNotDue(ctx, t)
		return time.Time{}
	}
	if s.renew(ctx) != nil {
		return time.Time{} // as above
	}
	if !r.engine.leads() || r.queue.hasEnded(t.job) {
		return time.Time{} // the next leader has it, or nobody any more
	}
	s.used = true
	d.Paid = t.paid
	message, began, err := r.send(ctx, t, d)
	if d.Paid && verdictOf(err) == Unpaid {
		if message, began, err = r.sendUnpaid(ctx, t, d, err); verdictOf(err) == Unpaid {
			return time.Time{} // as above
		}
	}
	if err == nil {
		r.engine.breaker.answered(began)
		r.delivered(ctx, t, d, message)
		return time.Now().Add(distance(t.chat))
	}
	return r.failed(ctx, t, began, err)
}

// prepare reads whom the task is for and what the chat has already. due is false where
// nothing is to be done now: the person left or waits, or has the message.
func (r *runner) prepare(ctx context.Context, t *task) (d Delivery, due bool, err error) {
	j := t.job
	var line entry
	err = r.persist(ctx, "read a recipient", func() (err error) {
		d.Preferences, line, err = r.recipient(ctx, t)
		return err
	})
	if err != nil {
		return d, false, err
	}
	d.Broadcast, d.Kind, d.Chat, d.Item, d.Message = j.ID, j.Kind, t.chat, *j.item.Load(), line.Message
	switch {
	case t.passes():
		return d, false, nil
	case j.changesMessages():
		return d, j.changes(line), nil
	case j.Kind == Digest:
		err = r.persist(ctx, "read what a recipient has", func() (err error) {
			d.Items, err = r.unread(ctx, j, t.chat, r.selection(j, d.Preferences))
			return err
		})
		d.Part = line.Revision
		return d, slices.ContainsFunc(d.Items, func(item feeds.Item) bool { return !item.Withdrawn }), err
	}
	when := r.decide(j, d.Preferences)
	t.later = r.laterAt(j, d.Preferences, when)
	d.Silent = !j.Urgent && r.engine.audience.quiet(d.Preferences, time.Now())
	return d, when == sendNow, nil
}

// recipient reads what the task's chat wants, and its line in the item's ledger.
func (r *runner) recipient(ctx context.Context, t *task) (p subscriptions.Preferences, line entry, err error) {
	j := t.job
	p, _, err = r.engine.options.Store.Get(ctx, t.chat)
	if errors.As(err, new(*subscriptions.Unreadable)) {
		return p, line, nil // no preferences: nothing is due
	}
	if err == nil {
		err = r.recall(ctx, j, t.chat, &p)
	}
	if err != nil {
		return p, line, err
	}
	line, _, err = r.engine.ledger.get(ctx, j.Ledger, t.chat)
	t.line = line
	if err == nil && j.changesMessages() {
		t.line = entry{} // the first walk has met nobody before
		if t.bucket == nil || !j.fresh {
			t.line, _, err = r.engine.ledger.get(ctx, j.outcomes(), t.chat)
		}
	}
	return p, line, err
}

// passes reports whether the chat's line ends the task. What a walk passes, a task from the
// retry set tries again.
func (t *task) passes() bool {
	if t.line.Reason != "" && t.line.Reason != inDigest && t.bucket == nil && !t.ahead {
		return false
	}
	return t.job.settledBy(t.line)
}
