package broadcast

import (
	"context"
	"strconv"
	"time"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// Standing is what is sent, and what is still to send, as Redis tells it. Whoever looks at
// it twice sees whether the work goes on, without asking the instance that does it.
type Standing struct {
	Running, Held int                     // broadcasts; those held are not among the running ones
	Chats         map[Kind]map[string]int // of those that run or are held: planned, sent, blocked, failed, waiting, to_go
	LedgerLines   int                     // about how many lines the ledgers hold that are kept
	// Oldest is when the oldest item was announced that somebody is still to get now, or that
	// is not planned yet; zero where there is none.
	Oldest time.Time
	// Due reports whether there is something to send at once: it waits for no hour, no
	// person and no other attempt.
	Due bool
	// left are what is to be done, by its name, with how much of it is done.
	left map[string]int
}

// Since reports whether any of the work was done since an earlier look. What has come since,
// and whom a walk has only put off, does not count.
func (s Standing) Since(earlier Standing) bool {
	for name, before := range earlier.left {
		if done, is := s.left[name]; !is || done != before {
			return true
		}
	}
	return false
}

// outboxWithin is how long an announcement may take to be planned, and retryWithin how long
// an attempt may be late, before it counts as due.
const (
	outboxWithin = time.Minute
	retryWithin  = time.Minute
)

// Standing reads what is sent and what is still to send. It asks Redis some few things,
// however many chats there are, and answers on every instance.
func (e *Engine) Standing(ctx context.Context) (Standing, error) {
	s := Standing{Chats: map[Kind]map[string]int{News: {}, Correction: {}, Withdrawal: {}, Digest: {}}, left: make(map[string]int)}
	now := time.Now()
	announced, err := e.options.Archive.Announcements(ctx, planBatch)
	if err != nil {
		return s, err
	}
	running, err := e.plans.running(ctx)
	if err != nil {
		return s, err
	}
	over, err := e.plans.finishedSince(ctx, now.Add(-e.options.Keep))
	if err != nil {
		return s, err
	}
	halted, err := e.haltedNow(ctx)
	if err != nil {
		return s, err
	}
	for _, b := range append(over, running...) {
		if b.changesMessages() {
			s.LedgerLines += b.lost() + b.failed() // who has it stands in the item's ledger
		} else {
			s.LedgerLines += b.settled()
		}
	}
	s.lookAtOutbox(announced, now)
	for _, b := range running {
		s.count(b.progress(now))
		if b.Held != "" || b.Stop || !b.changesMessages() && halted[b.subject()] != "" {
			continue
		}
		s.left[id(b.ID)+"/"+strconv.Itoa(b.Round)] = b.settled()
		due, err := e.due(ctx, b, now)
		if err != nil {
			return s, err
		}
		if due {
			s.Due = true
			s.older(time.UnixMilli(b.PlannedAt))
		}
	}
	return s, nil
}

// haltedNow is what people have stopped.
func (e *Engine) haltedNow(ctx context.Context) (map[string]Halt, error) {
	if e.options.Brake == nil {
		return nil, nil
	}
	return e.options.Brake.Halted(ctx)
}

func (s *Standing) lookAtOutbox(announced []feeds.Announcement, now time.Time) {
	for _, a := range announced {
		s.left["announced "+id(a.ID)] = 0
		s.older(a.At)
		s.Due = s.Due || now.Sub(a.At) > outboxWithin
	}
}

func (s *Standing) older(at time.Time) {
	if s.Oldest.IsZero() || at.Before(s.Oldest) {
		s.Oldest = at
	}
}

func (s *Standing) count(p Progress) {
	if p.Held != "" {
		s.Held++
	} else {
		s.Running++
	}
	for state, n := range map[string]int{
		"planned": p.Planned, "sent": p.Sent, "blocked": p.Blocked, "failed": p.Failed, "waiting": p.Waiting, "to_go": p.ToGo,
	} {
		s.Chats[p.Kind][state] += n
	}
}

// due reports whether a broadcast has something to do at once. When its walk is over, only
// those are left who are to be tried again, each at its time, or who wait for an hour.
func (e *Engine) due(ctx context.Context, b record, now time.Time) (bool, error) {
	if b.Wake == 0 && b.Cursor < subscriptions.Buckets {
		return true, nil
	}
	left, err := e.retries.all(ctx, b.ID)
	if err != nil {
		return false, err
	}
	for _, r := range left {
		if now.Sub(r.due) > retryWithin {
			return true, nil
		}
	}
	if b.Wake > 0 {
		return now.Sub(time.Unix(b.Wake, 0)) > retryWithin, nil
	}
	return len(left) == 0, nil
}
