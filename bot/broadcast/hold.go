package broadcast

import (
	"context"
	"errors"
	"time"
)

// A broadcast is held when what its chats answer can hardly be the chats' own: then a
// person decides. It is a fact in Redis and survives restarts; a held broadcast is not
// begun. Others go on.

// suspend holds a broadcast. Those whose answers led to it are put back: they stand in
// the retry set, are what they were, and get another chance when it is resumed.
func (r *runner) suspend(ctx context.Context, j *job, d *finding) {
	j.held.Store(true) // who is on the way is put back as well
	r.queue.end(j)     // and nobody else is asked meanwhile, however long Redis takes
	for _, chat := range d.chats {
		if r.putBack(ctx, j, chat) != nil {
			return
		}
	}
	if d.again {
		return
	}
	st, _ := j.advance(time.Now())
	err := r.persist(ctx, "hold a broadcast", func() error {
		if err := r.engine.plans.save(ctx, j.ID, st); err != nil {
			return err
		}
		return r.engine.plans.hold(ctx, j.ID, d, time.Now())
	})
	if err != nil {
		return
	}
	r.leave(j)
	r.tellHeld(j.plan, d)
}

func (r *runner) tellHeld(p plan, d *finding) {
	r.log.Error("broadcast held: an administrator has to decide", "broadcast", p.ID, "kind", p.Kind, "item", p.Item,
		"suspicion", d.why, "words", d.words, "chats", len(d.chats))
	if r.engine.options.OnHold != nil {
		r.engine.options.OnHold()
	}
}

// breaks returns why a broadcast is to be held that panicked as a whole, nil where it did not.
func breaks(err error) *finding {
	broken := (*panicked)(nil)
	if !errors.As(err, &broken) {
		return nil
	}
	return &finding{why: Broken, words: broken.Error(), reason: panicReason}
}

// holdUnbegun holds a broadcast that does not run here yet.
func (r *runner) holdUnbegun(ctx context.Context, p plan, d *finding) error {
	if err := r.engine.plans.hold(ctx, p.ID, d, time.Now()); err != nil {
		return err
	}
	r.tellHeld(p, d)
	return nil
}

// putBack lets a chat wait in the retry set of a held broadcast, as if it had not been
// settled.
func (r *runner) putBack(ctx context.Context, j *job, chat int64) error {
	err := r.persist(ctx, "put a chat back", func() error {
		if _, _, _, err := r.engine.options.Store.MarkReachable(ctx, chat); err != nil {
			return err
		}
		return r.engine.retries.putBack(ctx, j.ID, chat)
	})
	if err != nil {
		return err
	}
	// The retry set has it: the line may go.
	return r.persist(ctx, "take back why a chat has no message", func() error {
		line, _, err := r.engine.ledger.get(ctx, j.outcomes(), chat)
		if err != nil || line.Reason == "" || line.Edition != j.edition() {
			return err
		}
		if err := r.engine.ledger.erase(ctx, []int64{j.outcomes()}, chat); err != nil {
			return err
		}
		r.turned(j, line, entry{})
		return nil
	})
}

// control does with the running broadcasts what people decided, whichever instance they
// asked: it ends those that are to stop, and returns those that may run.
func (r *runner) control(ctx context.Context, current []record) ([]record, error) {
	var free []record
	for _, b := range current {
		halt := r.haltOf(b.plan)
		if halt == Over && !b.Stop {
			if err := r.engine.Stop(ctx, b.ID); err != nil && !errors.Is(err, ErrNotRunning) {
				return nil, err
			}
			b.Stop = true
		}
		switch {
		case b.Stop || b.Withdrawn:
			if err := r.end(ctx, b); err != nil {
				return nil, err
			}
		case b.Held != "" || halt != "":
			if err := r.countResting(ctx, b); err != nil {
				return nil, err
			}
			if err := r.noteHalted(ctx, b, current); err != nil {
				return nil, err
			}
		default:
			free = append(free, b)
		}
	}
	return free, nil
}

// countResting counts the lines of a broadcast that is not begun here: nobody else may have
// saved what had come of it.
func (r *runner) countResting(ctx context.Context, b record) error {
	if r.counted[b.ID] || r.find(b.ID) != nil {
		return nil
	}
	counted, err := r.engine.tally(ctx, b)
	if err != nil {
		return err
	}
	b.tally = counted
	if err := r.engine.plans.save(ctx, b.ID, b.state); err != nil {
		return err
	}
	r.counted[b.ID] = true
	return nil
}

// end finishes a broadcast before its time: one that runs here when what is on its way has
// arrived.
func (r *runner) end(ctx context.Context, b record) error {
	j := r.find(b.ID)
	if j == nil {
		return r.finish(ctx, b.plan, b.state, nil)
	}
	j.mu.Lock()
	j.ends = true
	j.mu.Unlock()
	r.leave(j)
	return nil
}
