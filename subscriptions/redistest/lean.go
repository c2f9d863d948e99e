package redistest

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// Lean returns a client of an embedded Redis that does not even make the questions whose
// answers absent would spare: in a walk they are 16,384, and most keys are not there. Of
// any other Redis it returns the client as it is.
func Lean(rdb redis.UniversalClient) redis.UniversalClient {
	e, ok := embeddedOf.Load(rdb)
	if !ok {
		return rdb
	}
	return lean{rdb, e.(*Embedded)}
}

type lean struct {
	redis.UniversalClient
	server *Embedded
}

func (l lean) Pipeline() redis.Pipeliner {
	return &leanPipeline{Pipeliner: l.UniversalClient.Pipeline(), server: l.server}
}

func (l lean) Pipelined(ctx context.Context, fill func(redis.Pipeliner) error) ([]redis.Cmder, error) {
	return l.Pipeline().Pipelined(ctx, fill)
}

// leanPipeline answers at once what asks for a key that is not there, as long as it holds
// questions alone: another command might make the key.
type leanPipeline struct {
	redis.Pipeliner
	server    *Embedded
	questions int // of those that are sent
	spared    bool
	well      bool
}

// These answers are shared: nobody writes to a command that is not sent.
var (
	noHash = new(redis.MapStringStringCmd)
	noList = new(redis.StringSliceCmd)
	not    = new(redis.BoolCmd)
)

// without reports whether a question for a key need not be sent.
func (p *leanPipeline) without(key string) bool {
	if p.Len() != p.questions {
		return false
	}
	if !p.spared {
		p.well = p.server.well()
		p.server.tick(false)
	}
	if !p.well || p.server.mini.Exists(key) {
		p.questions++
		return false
	}
	p.spared = true
	return true
}

func (p *leanPipeline) HGetAll(ctx context.Context, key string) *redis.MapStringStringCmd {
	if p.without(key) {
		return noHash
	}
	return p.Pipeliner.HGetAll(ctx, key)
}

func (p *leanPipeline) HVals(ctx context.Context, key string) *redis.StringSliceCmd {
	if p.without(key) {
		return noList
	}
	return p.Pipeliner.HVals(ctx, key)
}

func (p *leanPipeline) Expire(ctx context.Context, key string, after time.Duration) *redis.BoolCmd {
	if p.without(key) {
		return not
	}
	return p.Pipeliner.Expire(ctx, key, after)
}

func (p *leanPipeline) Persist(ctx context.Context, key string) *redis.BoolCmd {
	if p.without(key) {
		return not
	}
	return p.Pipeliner.Persist(ctx, key)
}

// Exec sends what has to be sent. Where the server has fallen ill since the first answer, a
// command tells how.
func (p *leanPipeline) Exec(ctx context.Context) ([]redis.Cmder, error) {
	if p.spared && (ctx.Err() != nil || !p.server.well()) {
		p.Do(ctx, "DBSIZE")
	}
	p.questions, p.spared = 0, false
	return p.Pipeliner.Exec(ctx)
}

func (p *leanPipeline) Pipelined(ctx context.Context, fill func(redis.Pipeliner) error) ([]redis.Cmder, error) {
	if err := fill(p); err != nil {
		return nil, err
	}
	return p.Exec(ctx)
}
