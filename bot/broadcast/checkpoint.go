package broadcast

import (
	"context"
	"time"
)

// checkpointEvery is how often cursors and counts are saved.
const checkpointEvery = time.Second

// checkpointLoop saves how far the broadcasts are, and finishes those that are done.
func (r *runner) checkpointLoop(ctx context.Context) {
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-r.checkpointNow:
		}
		r.checkpoint(ctx)
		r.startDueWalks(ctx)
	}
}

// checkpoint writes what changed. Failing does no harm: it is tried again at the next tick,
// and a restart from an older cursor skips whom the ledger names.
func (r *runner) checkpoint(ctx context.Context) {
	for _, j := range r.list() {
		if err := r.checkpointOf(ctx, j); err != nil && ctx.Err() == nil {
			r.log.Warn("broadcast's progress not saved, trying again", "broadcast", j.ID, "item", j.Item, "error", err)
		}
	}
}

func (r *runner) checkpointOf(ctx context.Context, j *job) error {
	r.saveDoubt(ctx, j)
	st, changed := j.advance(time.Now())
	r.savePace(ctx, j)
	switch {
	case j.isLeaving():
		if !r.queue.isSending(j) {
			return r.letGo(ctx, j)
		}
	case j.held.Load():
	case j.done() && r.queue.idle(j):
		if j.nextWalk() {
			r.checkpointSoon() // save that the next walk begins at the first bucket
			return nil
		}
		if last, err := r.nobodyJoins(ctx, j); err != nil || !last {
			return err
		}
		r.giveBack(ctx, j)
		// Not st: the last message may have been counted since.
		if err := r.finish(ctx, j.plan, j.current(), j); err != nil {
			return err
		}
		r.queue.end(j)
		r.remove(j)
	case changed:
		if err := r.engine.plans.save(ctx, j.ID, st); err != nil {
			return err
		}
		j.update(func(*state) { j.saved = st })
	}
	return nil
}

// saveDoubt copies what the job's doubt has counted into its state, and drops from Redis the
// chats that are counted no more.
func (r *runner) saveDoubt(ctx context.Context, j *job) {
	attempts, dropped := j.doubt.news()
	j.update(func(st *state) { st.Attempts = attempts })
	if len(dropped) == 0 {
		return
	}
	if err := r.engine.suspects.drop(ctx, j.ID, dropped); err != nil && ctx.Err() == nil {
		r.log.Warn("who is counted no more stays counted after a restart", "broadcast", j.ID, "item", j.Item, "error", err)
	}
}
