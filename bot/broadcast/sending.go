package broadcast

import (
	"context"
	"time"
)

// send makes one call, or some where the message has to become simpler. It returns when that
// began.
func (r *runner) send(ctx context.Context, t *task, d Delivery) (message Message, began time.Time, err error) {
	began, t.asked = time.Now(), true
	err = caught(r.log, "a message was made or sent", t.job.ID, t.job.Item, func() (err error) {
		message, err = r.engine.options.Sender.Deliver(withPlace(ctx), d)
		return err
	})
	r.engine.metrics.attempt(err, time.Since(began))
	if d.Paid {
		r.engine.metrics.paid.Inc()
	}
	return message, began, err
}

// sendUnpaid tries a delivery again without paying. Where it arrives so, the payment was at
// fault, and the broadcast goes on at the free rate.
func (r *runner) sendUnpaid(ctx context.Context, t *task, d Delivery, refusal error) (Message, time.Time, error) {
	t.unpay()
	if r.engine.options.Limiter.wait(ctx) != nil || !r.engine.leads() || r.queue.hasEnded(t.job) {
		return Message{}, time.Now(), refusal
	}
	d.Paid = false
	message, began, err := r.send(ctx, t, d)
	if err == nil {
		r.stopPaying(ctx, t.job, refusal)
	}
	return message, began, err
}
