package broadcast

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// pay takes a tenth of a Star for an attempt, and reports whether there was one. It is the news
// alone that is paid for, on its first walk: not what waits for an hour, for a correction or for
// somebody who tries it again.
func (r *runner) pay(ctx context.Context, t *task) bool {
	j, paid := t.job, r.engine.options.Limiter.paid
	if paid == nil || j.Paid == 0 || j.Kind != News || !j.Urgent || t.bucket == nil && j.readAll() {
		return false
	}
	if st := j.current(); st.Round > 0 || st.Again > 0 {
		return false
	}
	f, now := &j.fare, time.Now()
	day, has, may := f.take(now)
	if t.starsOf = day; has || !may {
		return has
	}
	r.giveBack(ctx, j) // of yesterday's
	asking, cancel := context.WithTimeout(ctx, blockWithin)
	defer cancel()
	next, err := r.engine.stars.take(asking, j.plan, max(1, int(paid.full)))
	if f.refused(err) && ctx.Err() == nil {
		r.log.Warn("Redis does not count Stars: until it does, the broadcast goes on at the free rate", "broadcast", j.ID, "error", err)
	}
	t.starsOf, has = f.refill(next, err, now)
	return has
}

// fared notes that a message arrived. It stops paying where Telegram answers nothing that is to be
// paid for, and takes the same unpaid.
func (r *runner) fared(ctx context.Context, t *task) {
	if t.paid {
		t.job.fare.arrived()
		return
	}
	if why := t.job.fare.arrivedUnpaid(time.Now()); why != nil {
		r.stopPaying(ctx, t.job, why)
	}
}

// paidInVain stops paying where Telegram asks for so many pauses that the free rate would have
// brought more: as where the bot's owner has not switched paid broadcasts on.
func (r *runner) paidInVain(ctx context.Context, t *task, e *Error) {
	if t.paid && t.job.fare.inVain(time.Now(), r.engine.options.Limiter.full) {
		r.stopPaying(ctx, t.job, e)
	}
}

// unpaidScript notes why no more of a broadcast is paid for.
//
// KEYS[2] the plan; ARGV[2] what Telegram said
var unpaidScript = redis.NewScript(fenced + `
if redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
redis.call('HSET', KEYS[2], 'unpaid', ARGV[2])
return 1
`)

// noWords stands for what Telegram said where it said nothing.
const noWords = "?"

// stopPaying lets a broadcast go on at the free rate, and tells the administrators.
func (r *runner) stopPaying(ctx context.Context, j *job, why error) {
	if !j.fare.end() {
		return
	}
	r.giveBack(ctx, j)
	words := noWords
	if e := (*Error)(nil); errors.As(why, &e) && e.Words != "" {
		words = e.Words
	}
	r.engine.metrics.unpaid.Inc()
	r.log.Warn("Telegram does not take the payment: the broadcast goes on at the free rate", "broadcast", j.ID, "item", j.Item, "error", why)
	err := r.persist(ctx, "note that a broadcast is not paid for", func() error {
		_, err := r.engine.plans.guard(ctx, unpaidScript, []string{keyPlan(j.ID)}, words)
		return err
	})
	if err == nil && r.engine.options.OnHold != nil {
		r.engine.options.OnHold()
	}
}

// giveBack gives back what of the last block is left. Failing costs no more than that block.
func (r *runner) giveBack(ctx context.Context, j *job) {
	left := j.fare.empty()
	if left.left == 0 {
		return
	}
	if err := r.engine.stars.giveBack(ctx, j.plan, left); err != nil && ctx.Err() == nil {
		r.log.Warn("Stars were counted that were not spent", "broadcast", j.ID, "messages", left.left, "error", err)
	}
}
