package broadcast

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"kabarchy/feeds"
)

// start begins, or resumes, what is planned and not yet under way here.
func (r *runner) start(ctx context.Context) error {
	current, err := r.engine.plans.running(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(current, func(b record) bool { return r.find(b.ID) == nil }) {
		r.brake(ctx)
	}
	if current, err = r.control(ctx, current); err != nil {
		return err
	}
	for _, b := range current {
		if j := r.find(b.ID); j != nil {
			if b.Again != j.current().Again {
				if err := r.readmit(ctx, j, b.Again); err != nil {
					return err
				}
			}
			continue
		}
		err := caught(r.log, "a broadcast was begun", b.ID, b.Item, func() error { return r.begin(ctx, b) })
		if d := breaks(err); d != nil {
			err = r.holdUnbegun(ctx, b.plan, d)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) begin(ctx context.Context, p record) error {
	item, err := r.engine.options.Archive.Item(ctx, p.Item)
	if errors.Is(err, feeds.ErrNotFound) {
		item, err = feeds.Item{ID: p.Item, Language: p.Language, Title: p.Title}, nil
	}
	if err != nil {
		return err
	}
	if err := r.freed(ctx, &p); err != nil {
		return err
	}
	if err := r.keepLedger(ctx, p); err != nil {
		return err
	}
	waiting, err := r.engine.retries.all(ctx, p.ID)
	if err != nil {
		return err
	}
	fresh, saved := r.planned[p.ID], p.state
	delete(r.planned, p.ID)
	r.counted[p.ID] = true
	if !fresh {
		if p.tally, err = r.engine.tally(ctx, p); err != nil {
			return err
		}
	}
	j := &job{plan: p.plan, state: p.state, saved: saved, doubt: newDoubt(p.Trusted), retried: waiting, fresh: fresh}
	kept, err := r.engine.suspects.all(ctx, p.ID)
	if err != nil {
		return err
	}
	j.fare.over = p.Unpaid != ""
	j.doubt.recall(kept, p.Attempts)
	if j.pace, err = r.resumePace(ctx, p.ID); err != nil {
		return err
	}
	j.item.Store(&item)
	j.says = r.engine.says(cmp.Or(j.Text, textOf(item)))
	j.position.Store(int64(p.Cursor))
	if j.Kind == Digest {
		if j.items, err = r.digestItems(ctx, j.plannedAt()); err != nil {
			return err
		}
		if j.changing, err = r.engine.promises.changing(ctx); err != nil {
			return err
		}
	}
	r.renewItem(item)
	r.add(j)
	r.logGoesOn(j, p.state)
	for chat, e := range waiting {
		r.queue.park(&task{job: j, chat: chat, attempts: e.attempts, since: e.since}, e.due)
	}
	if p.Wake == 0 {
		r.startWalk(ctx, j)
	}
	return nil
}

// logGoesOn logs that a broadcast goes on that was begun before, by another run or before it was stopped.
func (r *runner) logGoesOn(j *job, st state) {
	if !j.fresh {
		r.log.Info("broadcast goes on", append(j.logged(), "ledger", j.Ledger, "planned", st.Planned, "sent", st.Sent)...)
	}
}

// startWalk begins a walk.
func (r *runner) startWalk(ctx context.Context, j *job) {
	r.walks.Go(func() {
		if j.Kind == Correction || j.Kind == Withdrawal {
			// What was sent before the item changed has to be in the ledger before the
			// walk reads it.
			r.queue.awaitInFlight()
		}
		err := caught(r.log, "a broadcast's audience was read", j.ID, j.Item, func() error { r.walk(ctx, j); return nil })
		if d := breaks(err); d != nil {
			r.suspend(ctx, j, d)
		}
	})
}

// startDueWalks begins the next walk of broadcasts for which somebody waits.
func (r *runner) startDueWalks(ctx context.Context) {
	for _, j := range r.list() {
		if j.walkDue(time.Now()) {
			r.startWalk(ctx, j)
		}
	}
}

// renewItem lets every running broadcast of an item send it as it is now.
func (r *runner) renewItem(item feeds.Item) {
	for _, j := range r.list() {
		if j.Item == item.ID && j.item.Load().Revision < item.Revision {
			j.item.Store(&item)
		}
	}
}
