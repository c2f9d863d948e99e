package broadcast

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Run plans what the archive announces and sends what is planned, until ctx is done;
// then what is on its way to Telegram may finish within the grace. It returns nil
// then, and an error only where going on makes no sense: the token is wrong.
func (e *Engine) Run(ctx context.Context) error {
	defer e.unplanned.ended()
	return newRunner(e).run(ctx)
}

// run starts the loops, and stops them in order when ctx is done.
func (r *runner) run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r.abort = stop
	// What is on its way to Telegram may arrive after ctx is done.
	sending, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() {
		r.queue.close()
		time.AfterFunc(r.engine.options.Grace, cut)
	})()

	var loops sync.WaitGroup
	loops.Go(func() { r.engine.ledgerWriter.run(sending) })
	var feeding sync.WaitGroup
	feeding.Go(func() { r.planLoop(ctx) })
	feeding.Go(func() { r.checkpointLoop(ctx) })
	feeding.Go(func() { r.brakeLoop(ctx) })
	r.dispatch(ctx, sending) // returns when nothing is in flight any more
	feeding.Wait()
	r.walks.Wait()
	r.checkpoint(sending)
	for _, j := range r.list() {
		r.giveBack(sending, j)
	}
	cut()
	loops.Wait()
	if left := len(r.engine.ledger.unwritten.notes()); left > 0 {
		r.log.Error("messages were sent and not noted; unless this process notes them later, they come twice", "messages", left)
	}
	if cause := context.Cause(ctx); errors.As(cause, new(*Error)) {
		return cause
	}
	return nil
}
