package broadcast

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kabarchy/subscriptions"
)

// finish turns a broadcast into a report, with exact counts. j is nil where the broadcast
// was ended before its time.
func (r *runner) finish(ctx context.Context, p plan, st state, j *job) error {
	if j == nil || !j.ledgerEmpty() {
		if err := r.letLedgerExpire(ctx, p, st); err != nil {
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

// letLedgerExpire starts the time after which a broadcast's ledger expires, where no other
// broadcast needs it.
func (r *runner) letLedgerExpire(ctx context.Context, p plan, st state) error {
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

// keepLedger stops the time after which the ledger of a broadcast expires, for as long as
// the broadcast runs.
func (r *runner) keepLedger(ctx context.Context, p record) error {
	if p.Ledger == p.ID {
		return nil // its time begins when this is over
	}
	r.lifetimes <- struct{}{}
	defer func() { <-r.lifetimes }()
	return r.engine.ledger.persist(ctx, p.Ledger)
}
