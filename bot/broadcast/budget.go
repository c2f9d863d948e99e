package broadcast

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// perStar is how many messages one Star pays for: each above the free rate costs a tenth
// (https://core.telegram.org/bots/api#paid-broadcasts).
const perStar = 10

// Stars is what so many messages cost at most, in whole Stars.
func Stars(messages int) int { return (messages + perStar - 1) / perStar }

// WholeStars are how many Stars a part of a budget holds, without the rest of the last one.
func WholeStars(messages int) int { return messages / perStar }

// PaidBy is for how many messages so many Stars pay.
func PaidBy(stars int) int { return stars * perStar }

// Budget is what may be paid for, in messages. It is zero where nothing may be.
type Budget struct {
	PerSecond float64 // messages that are paid for
	ADay      int
	Left      int // of ADay, today in the ministry's zone
}

// Budget reads what may be paid for. It answers on every instance.
func (e *Engine) Budget(ctx context.Context) (b Budget, err error) {
	if e.options.Limiter.paid == nil || e.stars.aDay == 0 {
		return b, nil
	}
	spent, err := count(e.options.Redis.HGet(ctx, keyStars, "spent"))
	if err != nil {
		return b, fmt.Errorf("what is left of the day's Stars: %w", err)
	}
	return Budget{PerSecond: e.options.Limiter.paid.full, ADay: e.stars.aDay, Left: max(0, e.stars.aDay-spent)}, nil
}

// Paid is for how many messages of an item Stars were taken, in all its editions: while it is
// sent, and after a kill, some more than were sent. It is kept as long as the item's reports.
func (e *Engine) Paid(ctx context.Context, ledger int64) (messages int, err error) {
	messages, err = count(e.options.Redis.HGet(ctx, keyPaid(ledger), "messages"))
	if err != nil {
		return 0, fmt.Errorf("what was paid for by ledger %d: %w", ledger, err)
	}
	return messages, nil
}

// count is a number in Redis, 0 where there is none.
func count(of *redis.StringCmd) (int, error) {
	n, err := of.Int()
	if errors.Is(err, redis.Nil) {
		err = nil
	}
	return n, err
}
