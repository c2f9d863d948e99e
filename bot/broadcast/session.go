package broadcast

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// session is one stay of the engine at work, from Run's start to its end. All it
// knows that matters is in Redis; another session takes over from there.
type session struct {
	*Engine
	queue  *queue
	gate   *gate
	ending chan struct{} // holds one token when a broadcast may have ended

	abort     context.CancelCauseFunc // ends the session with an error
	walks     sync.WaitGroup
	lifetimes chan struct{}  // holds one token while the lifetime of a ledger is looked at and set
	planned   map[int64]bool // broadcasts planned here and not yet begun; the planning loop's own

	mu       sync.Mutex
	runs     []*run // oldest first
	forwards forwards
}

func newSession(e *Engine) *session {
	return &session{
		Engine: e,
		queue:  newQueue(),
		gate:   newGate(e.Limiter, e.breaker),
		ending: make(chan struct{}, 1),

		lifetimes: make(chan struct{}, 1),
		planned:   make(map[int64]bool),
		forwards:  make(forwards),
	}
}

// run is the session's life.
func (s *session) run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s.abort = stop
	// What is on its way to Telegram may land after ctx is done.
	sending, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() {
		s.queue.close()
		time.AfterFunc(s.Grace, cut)
	})()

	var loops sync.WaitGroup
	loops.Go(func() { s.scribe.run(sending) })
	var feeding sync.WaitGroup
	feeding.Go(func() { s.plan(ctx) })
	feeding.Go(func() { s.keep(ctx) })
	s.dispatch(ctx, sending) // returns when everything sent has landed
	feeding.Wait()
	s.walks.Wait()
	s.save(sending)
	cut()
	loops.Wait()
	if left := len(s.ledger.unwritten.notes()); left > 0 {
		s.Log.Error("messages were sent and not noted; unless this process notes them later, they come twice", "messages", left)
	}
	if cause := context.Cause(ctx); errors.As(cause, new(*Error)) {
		return cause
	}
	return nil
}

// persist does something to Redis until it succeeds; it returns an error only when
// the session ends. The failure is logged once, and once more when it is over.
func (s *session) persist(ctx context.Context, what string, do func() error) error {
	for attempt := 1; ; attempt++ {
		err := do()
		if err == nil {
			if attempt > 1 {
				s.Log.Info("Redis answers again", "operation", what, "attempts", attempt)
			}
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if attempt == 1 {
			s.Log.Warn("Redis failed, trying again until it answers", "operation", what, "error", err)
		}
		s.metrics.redisFailures.Inc()
		if err := sleep(ctx, min(pause(attempt)/10, time.Second)); err != nil {
			return err
		}
	}
}

func (s *session) list() []*run {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.runs)
}

func (s *session) find(broadcast int64) *run {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.runs {
		if r.ID == broadcast {
			return r
		}
	}
	return nil
}

func (s *session) add(r *run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs = append(s.runs, r)
	s.metrics.running.Set(float64(len(s.runs)))
}

func (s *session) remove(r *run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs = slices.DeleteFunc(s.runs, func(other *run) bool { return other == r })
	s.metrics.running.Set(float64(len(s.runs)))
	s.metrics.forget(r.ID)
}
