package broadcast

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// ErrNotHeld is returned when no broadcast with this number is held: it never was, a
// person has decided already, or it was withdrawn.
var ErrNotHeld = errors.New("no such broadcast is held")

// ErrNotRunning is returned when no broadcast with this number is running or held.
var ErrNotRunning = errors.New("no such broadcast is running")

// resumeScript lets a held broadcast go on.
//
// KEYS[1] the plan
// ARGV[1] what it is not to be held for again
// Returns 1, or 0 when it is not held.
var resumeScript = redis.NewScript(`
if redis.call('HEXISTS', KEYS[1], 'held') == 0 or redis.call('HEXISTS', KEYS[1], 'finished') == 1 then return 0 end
redis.call('HDEL', KEYS[1], 'held', 'held_at')
local trusted = redis.call('HGET', KEYS[1], 'trusted')
redis.call('HSET', KEYS[1], 'trusted', (trusted and trusted .. '\n' or '') .. ARGV[1])
return 1
`)

// Resume lets a held broadcast go on where it stopped. Those whose answers led to the
// holding are tried once more. From then on this broadcast is not held for the same
// reason again: each chat that refuses is settled by itself, and listed by Failures. A
// different reason can hold it anew. It works on every instance and takes effect within
// seconds. ErrNotHeld where nothing is held under this number.
func (e *Engine) Resume(ctx context.Context, broadcast int64) error {
	held, err := e.plans.load(ctx, []string{id(broadcast)})
	if err != nil {
		return fmt.Errorf("resume broadcast %d: %w", broadcast, err)
	}
	if len(held) == 0 || held[0].Held == "" || held[0].Stop {
		return fmt.Errorf("resume broadcast %d: %w", broadcast, ErrNotHeld)
	}
	resumed, err := resumeScript.Run(ctx, e.options.Redis, []string{keyPlan(broadcast)}, held[0].Held.line(cmp.Or(held[0].Reason, held[0].Words))).Bool()
	if err == nil && !resumed {
		err = ErrNotHeld
	}
	if err != nil {
		return fmt.Errorf("resume broadcast %d: %w", broadcast, err)
	}
	e.options.Log.InfoContext(ctx, "broadcast is to go on, as a person decided", "broadcast", broadcast, "item", held[0].Item)
	e.Wake()
	return nil
}

// stopScript marks a broadcast to be ended.
//
// KEYS[1] the plan; ARGV[1] why: stop, or withdrawn
// Returns 1, or 0 when there is none or it has ended.
var stopScript = redis.NewScript(`
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('HEXISTS', KEYS[1], 'finished') == 1 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], 1)
return 1
`)

// Stop ends a broadcast, held or not, before everybody has been reached: those who were
// not get nothing more of it, its report says Stopped. What was sent stays on the phones;
// to take it back, withdraw the item, which ends its broadcast too. It works on every
// instance and takes effect within seconds. ErrNotRunning where it has ended or never was.
func (e *Engine) Stop(ctx context.Context, broadcast int64) error {
	stopped, err := stopScript.Run(ctx, e.options.Redis, []string{keyPlan(broadcast)}, "stop").Bool()
	if err == nil && !stopped {
		err = ErrNotRunning
	}
	if err != nil {
		return fmt.Errorf("stop broadcast %d: %w", broadcast, err)
	}
	item := ""
	if ended, err := e.plans.load(ctx, []string{id(broadcast)}); err == nil && len(ended) == 1 {
		item = ended[0].Item
	}
	e.options.Log.InfoContext(ctx, "broadcast is to end, as a person decided", "broadcast", broadcast, "item", item)
	e.Wake()
	return nil
}
