package broadcast

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kabarchy/subscriptions"
)

// keepEvery is how often cursors and counts are saved.
const keepEvery = time.Second

// keep saves how far the broadcasts are, and ends those that are done.
func (s *session) keep(ctx context.Context) {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.ending:
		}
		s.save(ctx)
		s.rouse(ctx)
	}
}

// save writes what changed. Failing does no harm: it is tried again at the next tick,
// and a restart from an older cursor skips whom the ledger names.
func (s *session) save(ctx context.Context) {
	for _, r := range s.list() {
		attempts, dropped := r.doubt.news()
		r.tell(func(st *state) { st.Attempts = attempts })
		if len(dropped) > 0 {
			if err := s.suspects.drop(ctx, r.ID, dropped); err != nil && ctx.Err() == nil {
				s.Log.Warn("who is counted no more stays counted after a restart", "broadcast", r.ID, "error", err)
			}
		}
		st, changed := r.advance(time.Now())
		s.metrics.tell(record{plan: r.plan, state: st}.progress(time.Now()))
		var err error
		switch {
		case r.held.Load():
		case r.done() && s.queue.idle(r) && r.rest():
			s.tend() // the next walk's beginning is to be saved
		case r.done() && s.queue.idle(r):
			if err = s.finish(ctx, r.plan, st, r); err == nil {
				s.queue.end(r)
				s.remove(r)
			}
		case changed:
			if err = s.plans.save(ctx, r.ID, st); err == nil {
				r.tell(func(*state) { r.saved = st })
			}
		}
		if err != nil && ctx.Err() == nil {
			s.Log.Warn("broadcast's progress not saved, trying again", "broadcast", r.ID, "error", err)
		}
	}
}

// tend makes keep look now.
func (s *session) tend() {
	select {
	case s.ending <- struct{}{}:
	default:
	}
}

// finish turns a broadcast into a report, with exact counts. Where r is not nil it has come
// to its end here.
func (s *session) finish(ctx context.Context, p plan, st state, r *run) error {
	if r == nil || !r.blank() {
		if err := s.close(ctx, p, st); err != nil {
			return err
		}
	}
	if p.Kind == News && (r == nil || !r.fresh) {
		has, err := s.ledger.count(ctx, p.Ledger, subscriptions.Number(p.Language))
		if err != nil {
			return err
		}
		st.Sent = has
	}
	failed, err := s.Redis.HLen(ctx, keyFailed(p.ID)).Result()
	if err != nil {
		return fmt.Errorf("count the failures of broadcast %d: %w", p.ID, err)
	}
	st.Failed = int(failed)
	reached := st.Sent + st.Blocked + st.Failed
	if p.Kind == Digest && reached == 0 {
		return s.plans.discard(ctx, p.ID) // at this hour nobody wants one
	}
	st.Planned = max(st.Planned, reached)
	ended, err := s.plans.finish(ctx, p.ID, st, time.Now())
	if err != nil || !ended {
		return err
	}
	s.Log.Info("broadcast finished", "broadcast", p.ID, "kind", p.Kind, "item", p.Item,
		"sent", st.Sent, "blocked", st.Blocked, "failed", st.Failed)
	return nil
}

// close lets the time of a broadcast's ledger begin to run, where no other needs it.
func (s *session) close(ctx context.Context, p plan, st state) error {
	// Who resumes it when the ledger has expired must not walk again.
	if err := s.plans.save(ctx, p.ID, st); err != nil {
		return err
	}
	s.lifetimes <- struct{}{}
	defer func() { <-s.lifetimes }()
	current, err := s.plans.running(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(current, func(b record) bool { return b.Ledger == p.Ledger && b.ID != p.ID }) {
		return nil
	}
	return s.ledger.expire(ctx, p.Ledger, s.Keep)
}

// open sees to it that the ledger of a broadcast lives as long as that runs, though its
// time may have begun to run.
func (s *session) open(ctx context.Context, p record) error {
	if p.Ledger == p.ID {
		return nil // its time begins when this is over
	}
	s.lifetimes <- struct{}{}
	defer func() { <-s.lifetimes }()
	return s.ledger.persist(ctx, p.Ledger)
}
