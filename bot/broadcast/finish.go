package broadcast

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kabarchy/subscriptions"
)

// finish turns a broadcast into a report, with exact counts. Where r is not nil it has come
// to its end here.
func (r *runner) finish(ctx context.Context, p plan, st state, j *job) error {
	if j == nil || !j.ledgerEmpty() {
		if err := r.close(ctx, p, st); err != nil {
			return err
		}
	}
	if p.Kind == News && (j == nil || !j.fresh) {
		has, err := r.engine.ledger.count(ctx, p.Ledger, subscriptions.Number(p.Language))
		if err != nil {
			return err
		}
		st.Sent = has
	}
	failed, err := r.engine.options.Redis.HLen(ctx, keyFailed(p.ID)).Result()
	if err != nil {
		return fmt.Errorf("count the failures of broadcast %d: %w", p.ID, err)
	}
	st.Failed = int(failed)
	reached := st.Sent + st.Blocked + st.Failed
	if p.Kind == Digest && reached == 0 {
		return r.engine.plans.discard(ctx, p.ID) // at this hour nobody wants one
	}
	st.Planned = max(st.Planned, reached)
	ended, err := r.engine.plans.finish(ctx, p.ID, st, time.Now())
	if err != nil || !ended {
		return err
	}
	r.log.Info("broadcast finished", "broadcast", p.ID, "kind", p.Kind, "item", p.Item,
		"sent", st.Sent, "blocked", st.Blocked, "failed", st.Failed)
	return nil
}

// close lets the time of a broadcast's ledger begin to run, where no other needs it.
func (r *runner) close(ctx context.Context, p plan, st state) error {
	// Who resumes it when the ledger has expired must not walk again.
	if err := r.engine.plans.save(ctx, p.ID, st); err != nil {
		return err
	}
	r.lifetimes <- struct{}{}
	defer func() { <-r.lifetimes }()
	current, err := r.engine.plans.running(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(current, func(b record) bool { return b.Ledger == p.Ledger && b.ID != p.ID }) {
		return nil
	}
	return r.engine.ledger.expire(ctx, p.Ledger, r.engine.options.Keep)
}

// open sees to it that the ledger of a broadcast lives as long as that runs, though its
// time may have begun to run.
func (r *runner) open(ctx context.Context, p record) error {
	if p.Ledger == p.ID {
		return nil // its time begins when this is over
	}
	r.lifetimes <- struct{}{}
	defer func() { <-r.lifetimes }()
	return r.engine.ledger.persist(ctx, p.Ledger)
}
