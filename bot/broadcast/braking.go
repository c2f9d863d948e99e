package broadcast

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/redis/go-redis/v9"
)

// brakeEvery is how often the Brake is asked.
const brakeEvery = 250 * time.Millisecond

// brakeLoop lets go of what people stop.
func (r *runner) brakeLoop(ctx context.Context) {
	if r.engine.options.Brake == nil {
		return
	}
	tick := time.NewTicker(brakeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			r.brake(ctx)
		}
	}
}

// brake asks what people have stopped, and lets go of it. Where nobody answers, the last
// answer holds.
func (r *runner) brake(ctx context.Context) {
	if r.engine.options.Brake == nil {
		return
	}
	halted, err := r.engine.options.Brake.Halted(ctx)
	if err != nil {
		if ctx.Err() == nil && !r.brakeFails.Swap(true) {
			r.log.Warn("what people have stopped can't be told; what is stopped stays so", "error", err)
		}
		return
	}
	if r.brakeFails.Swap(false) {
		r.log.Info("what people have stopped is known again")
	}
	before := r.halted.Swap(&halted)
	for _, j := range r.list() {
		if r.haltOf(j.plan) != "" && !j.isLeaving() {
			r.log.Info("broadcast stopped", "broadcast", j.ID, "item", j.Item, "how", r.haltOf(j.plan))
			r.leave(j)
		}
	}
	if before == nil || !maps.Equal(*before, halted) {
		r.engine.Wake()
	}
}

// haltOf is how a person has stopped a broadcast; empty where it may go on. While nobody has
// said what is stopped, all is.
func (r *runner) haltOf(p plan) Halt {
	if r.engine.options.Brake == nil || p.changesMessages() {
		return ""
	}
	halted := r.halted.Load()
	if halted == nil {
		return Halted
	}
	return (*halted)[p.subject()]
}

// leave takes a broadcast out of work at once. What is on its way arrives and is counted,
// before letGo.
func (r *runner) leave(j *job) {
	r.queue.end(j)
	j.mu.Lock()
	j.leaving = true
	j.mu.Unlock()
	r.checkpointSoon()
}

// letGo saves how far a broadcast came that was taken out of work, or ends it.
func (r *runner) letGo(ctx context.Context, j *job) error {
	r.giveBack(ctx, j)
	st, _ := j.advance(time.Now())
	st.Rate = 0
	j.mu.Lock()
	ends := j.ends
	j.mu.Unlock()
	var err error
	if ends {
		err = r.finish(ctx, j.plan, st, j)
	} else {
		err = r.engine.plans.save(ctx, j.ID, st)
	}
	if err != nil {
		return err
	}
	r.remove(j)
	r.engine.Wake() // it may be free already
	return nil
}

func (j *job) isLeaving() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.leaving
}

// haltedScript notes from when on digests pass an item, and what follows when it is free.
//
// KEYS[2] the plan
// ARGV[2] from when on, Unix milliseconds; 0 when it is free, [3] when it counts as planned, likewise
var haltedScript = redis.NewScript(fenced + `
if redis.call('EXISTS', KEYS[2]) == 0 or redis.call('HEXISTS', KEYS[2], 'finished') == 1 then return 0 end
redis.call('HSET', KEYS[2], 'halted_at', ARGV[2], 'planned_at', ARGV[3])
return 1
`)

// noteHalted notes since when an item has been stopped: since the digest that is under way,
// where one is. Digests pass it from then on.
func (r *runner) noteHalted(ctx context.Context, b record, current []record) error {
	if b.Kind != News || b.HaltedAt > 0 || r.haltOf(b.plan) != Halted || r.halted.Load() == nil {
		return nil
	}
	since := time.Now().UnixMilli()
	for _, other := range current {
		if other.Kind == Digest {
			since = min(since, other.PlannedAt-1)
		}
	}
	if _, err := r.engine.plans.guard(ctx, haltedScript, []string{keyPlan(b.ID)}, since, b.PlannedAt); err != nil {
		return fmt.Errorf("note that broadcast %d is stopped: %w", b.ID, err)
	}
	return nil
}

// freed lets the next digests bring an item that is free again, where one has passed it.
func (r *runner) freed(ctx context.Context, b *record) error {
	if b.HaltedAt == 0 {
		return nil
	}
	last, err := r.engine.plans.lastDigest(ctx)
	if err != nil {
		return err
	}
	if hour := last * 3600 * 1000; hour > b.HaltedAt {
		b.PlannedAt = max(b.PlannedAt, hour+1)
	}
	if _, err := r.engine.plans.guard(ctx, haltedScript, []string{keyPlan(b.ID)}, 0, b.PlannedAt); err != nil {
		return fmt.Errorf("note that broadcast %d is free: %w", b.ID, err)
	}
	b.HaltedAt = 0
	return nil
}
