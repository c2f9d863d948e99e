package broadcast

import (
	"context"
	"fmt"
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
		st, changed := r.advance(time.Now())
		p := r.plan
		p.state = st
		s.metrics.tell(p.progress(s.now()))
		var err error
		switch {
		case r.done() && s.queue.idle(r) && r.rest(s.now()):
			s.tend() // the next walk's beginning is to be saved
		case r.done() && s.queue.idle(r):
			if err = s.finish(ctx, p); err == nil {
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

// longestWait bounds how long after its planning a broadcast looks for those who wait.
const longestWait = 48 * time.Hour

// tend makes keep look now.
func (s *session) tend() {
	select {
	case s.ending <- struct{}{}:
	default:
	}
}

// finish turns a broadcast into a report, with exact counts.
func (s *session) finish(ctx context.Context, p plan) error {
	has, err := s.ledger.count(ctx, p.Ledger, subscriptions.Number(p.Language), s.Keep)
	if err != nil {
		return err
	}
	if p.Kind == News {
		p.Sent = has
	}
	failed, err := s.Redis.HLen(ctx, keyFailed(p.ID)).Result()
	if err != nil {
		return fmt.Errorf("count the failures of broadcast %d: %w", p.ID, err)
	}
	p.Failed = int(failed)
	reached := p.Sent + p.Blocked + p.Failed
	if p.Kind == Digest && reached == 0 {
		return s.plans.discard(ctx, p.ID) // at this hour nobody wants one
	}
	p.Planned = max(p.Planned, reached)
	ended, err := s.plans.finish(ctx, p.ID, p.state, time.Now())
	if err != nil || !ended {
		return err
	}
	s.Log.Info("broadcast finished", "broadcast", p.ID, "kind", p.Kind, "item", p.Item,
		"sent", p.Sent, "blocked", p.Blocked, "failed", p.Failed)
	return nil
}
