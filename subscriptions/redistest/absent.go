package redistest

import (
	"context"
	"slices"

	"github.com/redis/go-redis/v9"
)

// absent answers what a pipeline asks of keys that are not there, as long as the server
// is well, without sending it. A walk asks for 16,384 buckets, of which a test fills some:
// sending the question for the others was most of what the tests cost.
type absent struct{ *Embedded }

// nothing are the commands whose answer for a key that is not there is that of an unused
// command: an empty hash or list, or false.
var nothing = []string{"hgetall", "hvals", "persist", "expire"}

func (a absent) DialHook(next redis.DialHook) redis.DialHook { return next }

func (a absent) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

func (a absent) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, commands []redis.Cmder) error {
		if !a.spares(commands) || ctx.Err() != nil {
			return next(ctx, commands)
		}
		a.tick(false)
		sent := slices.DeleteFunc(slices.Clone(commands), func(c redis.Cmder) bool {
			return !a.mini.Exists(c.Args()[1].(string))
		})
		if len(sent) == 0 {
			return nil
		}
		return next(ctx, sent)
	}
}

// spares reports whether a pipeline may be answered without the server.
func (a absent) spares(commands []redis.Cmder) bool {
	return a.well() && !slices.ContainsFunc(commands, func(c redis.Cmder) bool { return !slices.Contains(nothing, c.Name()) })
}

// well reports whether the server answers all that it is asked.
func (e *Embedded) well() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return !e.down && e.refuse.Load() == nil
}
