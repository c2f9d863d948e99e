package broadcast

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// runner is one run of the engine, from the start of Run to its end. Everything it
// knows that matters is in Redis; another runner takes over from there.
type runner struct {
	engine        *Engine
	log           *slog.Logger
	queue         *queue
	slots         *slots
	checkpointNow chan struct{} // holds one token when a broadcast may have ended

	abort     context.CancelCauseFunc // ends the run with an error
	walks     sync.WaitGroup
	lifetimes chan struct{}  // holds one token while the lifetime of a ledger is looked at and set
	planned   map[int64]bool // broadcasts planned here and not yet begun; only planLoop uses it
	counted   map[int64]bool // broadcasts whose lines were counted in this run; likewise

	mu       sync.Mutex
	jobs     []*job          // oldest first
	forwards map[int64]int64 // new ids of groups that moved during this run, by their old ids

	halted     atomic.Pointer[map[string]Halt] // what people have stopped; nil until it is known
	brakeFails atomic.Bool
}

func newRunner(e *Engine) *runner {
	return &runner{
		engine:        e,
		log:           e.options.Log,
		queue:         newQueue(&e.options.Limiter.groups),
		slots:         newSlots(e.options.Limiter, e.breaker),
		checkpointNow: make(chan struct{}, 1),

		lifetimes: make(chan struct{}, 1),
		planned:   make(map[int64]bool),
		counted:   make(map[int64]bool),
		forwards:  make(map[int64]int64),
	}
}

// persist does something to Redis until it succeeds; it returns an error only when
// the run ends. The failure is logged once, and once more when it is over.
func (r *runner) persist(ctx context.Context, what string, do func() error) error {
	for attempt := 1; ; attempt++ {
		err := do()
		if err == nil {
			if attempt > 1 {
				r.log.Info("Redis answers again", "operation", what, "attempts", attempt)
			}
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if attempt == 1 {
			r.log.Warn("Redis failed, trying again until it answers", "operation", what, "error", err)
		}
		r.engine.metrics.redisFailures.Inc()
		if err := sleep(ctx, min(pause(attempt)/10, time.Second)); err != nil {
			return err
		}
	}
}

func (r *runner) list() []*job {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.jobs)
}

func (r *runner) find(broadcast int64) *job {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, j := range r.jobs {
		if j.ID == broadcast {
			return j
		}
	}
	return nil
}

func (r *runner) add(j *job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.jobs = append(r.jobs, j)
}

func (r *runner) remove(j *job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.jobs = slices.DeleteFunc(r.jobs, func(other *job) bool { return other == j })
}

// checkpointSoon asks for a checkpoint now.
func (r *runner) checkpointSoon() {
	select {
	case r.checkpointNow <- struct{}{}:
	default:
	}
}
