package broadcast

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"kabarchy/subscriptions"
)

// dispatch lets one task after the other pass the gate, until ctx is done; it
// returns when everything that passed has landed, or sending is done too.
func (s *session) dispatch(ctx, sending context.Context) {
	var workers sync.WaitGroup
	defer workers.Wait()
	for {
		t := s.await(ctx)
		if t == nil {
			return
		}
		p, err := s.gate.enter(ctx)
		if err != nil {
			s.queue.landed(t, time.Time{})
			return
		}
		workers.Go(func() {
			defer p.leave()
			s.queue.landed(t, s.attempt(sending, t, p))
			if t.run.over() && s.queue.idle(t.run) {
				s.tend()
			}
		})
	}
}

// await waits for the next task. It returns nil when ctx is done.
func (s *session) await(ctx context.Context) *task {
	for ctx.Err() == nil {
		t, again := s.queue.next(time.Now())
		if t != nil {
			return t
		}
		var due <-chan time.Time
		if !again.IsZero() {
			due = time.After(time.Until(again))
		}
		select {
		case <-ctx.Done():
		case <-s.queue.ready:
		case <-due:
		}
	}
	return nil
}

// attempt makes one attempt at a task and sees to what follows from it. It returns
// the moment before which the chat may get nothing more.
func (s *session) attempt(ctx context.Context, t *task, p *pass) (notBefore time.Time) {
	if s.scribe.await(ctx) != nil {
		return time.Time{} // as below
	}
	var d Delivery
	var due bool
	err := caught(s.Log, "a message was prepared", t.run.ID, t.run.Item, func() (err error) {
		d, due, err = s.prepare(ctx, t)
		return err
	})
	if broken := (*panicked)(nil); errors.As(err, &broken) {
		p.refund()
		s.settle(ctx, t, broken.refusal())
		return time.Time{}
	}
	if err != nil {
		return time.Time{} // the session ends; the walk or the retry set has the task
	}
	if !due {
		p.refund()
		s.leave(ctx, t)
		return time.Time{}
	}
	if p.renew(ctx) != nil {
		return time.Time{} // as above
	}
	if !s.leads() {
		return time.Time{} // the next leader has it
	}
	began := time.Now()
	var message Message
	err = caught(s.Log, "a message was made or sent", t.run.ID, t.run.Item, func() (err error) {
		message, err = s.Sender.Deliver(withPlace(ctx), d)
		return err
	})
	s.metrics.attempt(err, time.Since(began))
	if err == nil {
		s.breaker.answered(began)
		s.delivered(ctx, t, d, message)
		return time.Now().Add(distance(t.chat))
	}
	return s.failed(ctx, t, began, err)
}

// prepare reads whom the task is for and what the chat has already. It says false
// where nothing is to be done now: the person left or waits, or has the message.
func (s *session) prepare(ctx context.Context, t *task) (d Delivery, due bool, err error) {
	r := t.run
	var line entry
	var has bool
	err = s.persist(ctx, "read a recipient", func() (err error) {
		d.Preferences, _, err = s.Store.Get(ctx, t.chat)
		if errors.As(err, new(*subscriptions.Unreadable)) {
			return nil // no preferences: nothing is due
		}
		if err == nil {
			err = s.recall(ctx, r, t.chat, &d.Preferences)
		}
		if err != nil {
			return err
		}
		line, has, err = s.ledger.get(ctx, r.Ledger, t.chat)
		return err
	})
	if err != nil || s.queue.hasEnded(r) {
		return d, false, err
	}
	d.Broadcast, d.Kind, d.Chat, d.Item, d.Message = r.ID, r.Kind, t.chat, *r.item.Load(), line.Message
	switch r.Kind {
	case News:
		d.Silent = !r.Urgent && s.quiet(d.Preferences, time.Now())
		return d, !has && s.meets(r, d.Preferences), nil
	case Digest:
		if has && !line.More {
			return d, false, nil
		}
		err = s.persist(ctx, "read what a recipient has", func() (err error) {
			d.Items, err = s.unread(ctx, t.chat, s.selection(r, d.Preferences))
			return err
		})
		d.Part = line.Revision
		return d, len(d.Items) > 0, err
	default:
		return d, has && changes(r, line), nil
	}
}

// delivered notes a message that arrived.
func (s *session) delivered(ctx context.Context, t *task, d Delivery, m Message) {
	line := entry{Message: m, Revision: d.Item.Revision, Edition: t.run.edition(), Withdrawn: d.Kind == Withdrawal}
	if d.Kind == Digest {
		line.Revision = d.Part + 1
	}
	t.run.noted.Store(true)
	if s.scribe.write(ctx, s.noteOf(t.run, t.chat, line)) != nil {
		return // the session ended; the line is remembered, and written as soon as Redis takes it
	}
	if line.More { // the ledger says so too: a restart goes on with the next part
		s.queue.park(&task{run: t.run, chat: t.chat, bucket: t.bucket}, time.Now())
		return
	}
	t.run.tell(func(st *state) { st.Sent++ })
	t.run.doubt.delivered()
	s.drop(ctx, t)
}

// leave ends a task for which nothing is to be done now. If that is because the person
// waits, the broadcast has to know of it before the retry set forgets the chat.
func (s *session) leave(ctx context.Context, t *task) {
	if t.bucket == nil && t.run.now().Next != 0 {
		st, _ := t.run.advance(time.Now())
		err := s.persist(ctx, "save who waits", func() error { return s.plans.save(ctx, t.run.ID, st) })
		if err != nil {
			return
		}
	}
	s.drop(ctx, t)
}

// drop ends a task that needs nothing more.
func (s *session) drop(ctx context.Context, t *task) {
	if t.bucket == nil { // it may stand in the retry set
		err := s.persist(ctx, "clear the retry set", func() error {
			return s.retries.drop(ctx, t.run.ID, t.chat)
		})
		if err != nil {
			return
		}
	}
	t.safe()
}

// failed sees to what follows from a failed attempt.
func (s *session) failed(ctx context.Context, t *task, sent time.Time, failure error) time.Time {
	now, first := time.Now(), t.attempts == 0
	if ctx.Err() != nil {
		return now // cut off by our own end: the walk or the retry set has the task
	}
	if broken := (*panicked)(nil); errors.As(failure, &broken) {
		s.settle(ctx, t, broken.refusal())
		return now
	}
	var e *Error
	if !errors.As(failure, &e) {
		e = &Error{Verdict: Transient, Err: failure}
	}
	switch e.Verdict {
	case SlowDown:
		s.breaker.toldToWait(t.chat, first, sent, e.After)
		return s.tryLater(ctx, t, e, now)
	case Unauthorized, Conflict:
		s.abort(fmt.Errorf("broadcast %d: %w", t.run.ID, e))
		return now
	case BlockedByUser, Gone, Moved, Refused, OurFault:
		s.breaker.answered(sent)
		s.settle(ctx, t, e)
		return now
	case NoRights: // it may have them again in the morning
		s.breaker.answered(sent)
		return s.tryLater(ctx, t, e, now)
	default:
		s.breaker.failed(t.chat, first, sent, e)
		return s.tryLater(ctx, t, e, now)
	}
}

// tryLater puts a task off, for longer each time or for as long as Telegram asked, or
// gives it up.
func (s *session) tryLater(ctx context.Context, t *task, e *Error, now time.Time) time.Time {
	t.attempts++
	if t.since.IsZero() {
		t.since = now
	}
	left := s.GiveUpAfter - now.Sub(t.since)
	if left <= 0 {
		s.settle(ctx, t, e)
		return now
	}
	wait := min(pause(t.attempts), left) // the last attempt is at that age, not after it
	if e.Verdict == SlowDown && e.After > 0 {
		wait = min(e.After, max(s.GiveUpAfter, longestAsked))
	}
	return s.putOff(ctx, t, now.Add(wait), e)
}

// longestAsked bounds a pause that Telegram asks for, where messages are given up sooner.
const longestAsked = time.Hour

// longestHold bounds how long a chat's other items wait for one that failed: up to
// there the order counts more, then the news.
const longestHold = 30 * time.Second

// putOff puts a task into the retry set. The chat's other items wait for it, but not
// for long.
func (s *session) putOff(ctx context.Context, t *task, due time.Time, why *Error) time.Time {
	r := t.run
	s.Log.Debug("delivery put off", "broadcast", r.ID, "chat", t.chat, "attempts", t.attempts, "error", why)
	err := s.persist(ctx, "put off a delivery", func() error {
		return s.retries.put(ctx, r.ID, t.chat, retryEntry{due: due, attempts: t.attempts, since: t.since})
	})
	if err != nil {
		return due
	}
	t.safe()
	s.queue.park(&task{run: r, chat: t.chat, attempts: t.attempts, since: t.since}, due)
	if why.Verdict != SlowDown && time.Until(due) > longestHold {
		return time.Now()
	}
	return due
}

// settle sees to a chat that will not get the message, or not under this id.
func (s *session) settle(ctx context.Context, t *task, e *Error) {
	r := t.run
	if r.held.Load() && e.Verdict != Moved {
		if s.putBack(ctx, r, t.chat) == nil {
			t.safe()
		}
		return
	}
	err := s.persist(ctx, "settle a failed delivery", func() error {
		if who, counts := suspectOf(t.chat, e); counts {
			if err := s.suspects.note(ctx, r.ID, who); err != nil {
				return err
			}
		}
		switch e.Verdict {
		case BlockedByUser:
			_, err := s.Store.MarkUnreachable(ctx, t.chat, subscriptions.Blocked, time.Now())
			return err
		case Gone:
			_, err := s.Store.MarkUnreachable(ctx, t.chat, subscriptions.Gone, time.Now())
			return err
		case Moved:
			return s.moved(ctx, t, e.MovedTo)
		default:
			return s.retries.fail(ctx, r.ID, t.chat, e.Error())
		}
	})
	if err != nil {
		return
	}
	s.Log.Info("delivery settled without a message", "broadcast", r.ID, "chat", t.chat, "verdict", e.Verdict, "error", e.Err)
	d := r.settled(t.chat, e)
	s.drop(ctx, t)
	if d != nil {
		s.suspend(ctx, r, d)
	}
}

// settled counts a chat that was settled without a message, and returns what is to be
// doubted of that.
func (r *run) settled(chat int64, e *Error) *doubtful {
	lost := e.Verdict == Gone || e.Verdict == BlockedByUser
	count := func(chats int) {
		r.tell(func(st *state) {
			switch {
			case lost:
				st.Blocked = max(0, st.Blocked+chats)
			case e.Verdict != Moved: // the message follows under the new id
				st.Failed = max(0, st.Failed+chats)
			}
		})
	}
	if r.Kind == Withdrawal && !lost {
		count(1)
		return nil // that one message can't be taken back says nothing of the others
	}
	return r.doubt.settled(chat, e, count)
}

// moved lets subscription, ledger and message follow a group to its new id.
func (s *session) moved(ctx context.Context, t *task, to int64) error {
	if err := s.Move(ctx, t.chat, to); err != nil {
		return err
	}
	now := time.Now()
	entry := retryEntry{due: now, attempts: t.attempts, since: t.since}
	if err := s.retries.put(ctx, t.run.ID, to, entry); err != nil {
		return err
	}
	s.queue.park(&task{run: t.run, chat: to, attempts: t.attempts, since: t.since}, now)
	return nil
}
