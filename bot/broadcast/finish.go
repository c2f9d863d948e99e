package broadcast

import (
	"context"
	"slices"
	"time"
)

// finish turns a broadcast into a report. j is nil where the broadcast was ended before its
// time; then the ledger tells what it had come to.
func (r *runner) finish(ctx context.Context, p plan, st state, j *job) error {
	if j == nil {
		counted, err := r.engine.tally(ctx, record{plan: p, state: st})
		if err != nil {
			return err
		}
		st.tally = counted
	}
	if j == nil || !j.ledgerEmpty() {
		if err := r.letLedgerExpire(ctx, p, st); err != nil {
			return err
		}
	}
	st.Waiting = 0 // nothing is due to them any more
	if p.Kind == Digest && st.settled() == 0 {
		return r.engine.plans.discard(ctx, p.ID) // at this hour nobody wants one
	}
	ended, err := r.engine.plans.finish(ctx, p.ID, st, time.Now())
	if err != nil || !ended {
		return err
	}
	r.log.Info("broadcast finished", "broadcast", p.ID, "kind", p.Kind, "item", p.Item, "ledger", p.Ledger,
		"planned", st.Planned, "sent", st.Sent, "blocked", st.lost(), "failed", st.failed())
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
	if p.outcomes() != p.Ledger && st.lost()+st.failed() > 0 {
		if err := r.engine.ledger.expire(ctx, p.outcomes(), r.engine.options.Keep); err != nil {
			return err
		}
	}
	return r.engine.ledger.expire(ctx, p.Ledger, r.engine.options.Keep)
}

// keepLedger stops the time after which the ledger of a broadcast expires, for as long as
// the broadcast runs.
func (r *runner) keepLedger(ctx context.Context, p record) error {
	if p.Ledger == p.ID && p.Again == 0 {
		return nil // its time begins when this is over
	}
	r.lifetimes <- struct{}{}
	defer func() { <-r.lifetimes }()
	if p.outcomes() != p.Ledger && p.Again > 0 {
		if err := r.engine.ledger.persist(ctx, p.outcomes()); err != nil {
			return err
		}
	}
	return r.engine.ledger.persist(ctx, p.Ledger)
}
