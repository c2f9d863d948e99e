package redistest

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Lean returns a client that does not even make the questions whose answers absent would
// spare: in a walk they are 16,384, and most keys are not there. A real server is asked once
// for each pipeline which keys it has. Of any other Redis than those in bubbles it returns
// the client as it is.
func Lean(rdb redis.UniversalClient) redis.UniversalClient {
	known, ok := keysOf.Load(rdb)
	if !ok {
		return rdb
	}
	return lean{rdb, known.(keys)}
}

// keys are those of a server in a bubble.
type keys interface {
	// look returns what tells whether a key is there that is like the given one up to the
	// last colon; nil where the server does not answer.
	look(ctx context.Context, like string) (there func(key string) bool)
	// well reports whether the server answers all that it is asked, as far as can be told
	// without asking.
	well() bool
}

// keysOf has the keys of each client that can be lean.
var keysOf sync.Map

func (e *Embedded) look(context.Context, string) func(key string) bool {
	if !e.well() {
		return nil
	}
	e.tick(false)
	return e.mini.Exists
}

// served are the keys of a real server.
type served struct{ rdb *redis.Client }

func (s served) well() bool { return true }

func (s served) look(ctx context.Context, like string) func(key string) bool {
	kind := like[:strings.LastIndexByte(like, ':')+1]
	names, err := s.rdb.Keys(ctx, kind+"*").Result()
	if err != nil {
		return nil
	}
	found := make(map[string]struct{}, len(names))
	for _, name := range names {
		found[name] = struct{}{}
	}
	return func(key string) bool {
		_, there := found[key]
		return there || !strings.HasPrefix(key, kind)
	}
}

type lean struct {
	redis.UniversalClient
	keys keys
}

func (l lean) Pipeline() redis.Pipeliner {
	return &leanPipeline{Pipeliner: l.UniversalClient.Pipeline(), keys: l.keys}
}

func (l lean) Pipelined(ctx context.Context, fill func(redis.Pipeliner) error) ([]redis.Cmder, error) {
	return l.Pipeline().Pipelined(ctx, fill)
}

// leanPipeline answers at once what asks for a key that is not there, as long as it holds
// questions alone: another command might make the key.
type leanPipeline struct {
	redis.Pipeliner
	keys      keys
	there     func(key string) bool // nil before the first question, and where the server is ill
	questions int                   // of those that are sent
	spared    int                   // of those that are not
}

// These answers are shared: nobody writes to a command that is not sent.
var (
	noHash = new(redis.MapStringStringCmd)
	noList = new(redis.StringSliceCmd)
	not    = new(redis.BoolCmd)
)

// without reports whether a question for a key need not be sent.
func (p *leanPipeline) without(ctx context.Context, key string) bool {
	if p.Len() != p.questions {
		return false
	}
	if p.questions+p.spared == 0 {
		p.there = p.keys.look(ctx, key)
	}
	if p.there == nil || p.there(key) {
		p.questions++
		return false
	}
	p.spared++
	return true
}

func (p *leanPipeline) HGetAll(ctx context.Context, key string) *redis.MapStringStringCmd {
	if p.without(ctx, key) {
		return noHash
	}
	return p.Pipeliner.HGetAll(ctx, key)
}

func (p *leanPipeline) HVals(ctx context.Context, key string) *redis.StringSliceCmd {
	if p.without(ctx, key) {
		return noList
	}
	return p.Pipeliner.HVals(ctx, key)
}

func (p *leanPipeline) Expire(ctx context.Context, key string, after time.Duration) *redis.BoolCmd {
	if p.without(ctx, key) {
		return not
	}
	return p.Pipeliner.Expire(ctx, key, after)
}

func (p *leanPipeline) Persist(ctx context.Context, key string) *redis.BoolCmd {
	if p.without(ctx, key) {
		return not
	}
	return p.Pipeliner.Persist(ctx, key)
}

// Exec sends what has to be sent. Where the server has fallen ill since the first answer, a
// command tells how.
func (p *leanPipeline) Exec(ctx context.Context) ([]redis.Cmder, error) {
	if p.spared > 0 && (ctx.Err() != nil || !p.keys.well()) {
		p.Do(ctx, "DBSIZE")
	}
	p.questions, p.spared, p.there = 0, 0, nil
	return p.Pipeliner.Exec(ctx)
}

func (p *leanPipeline) Pipelined(ctx context.Context, fill func(redis.Pipeliner) error) ([]redis.Cmder, error) {
	if err := fill(p); err != nil {
		return nil, err
	}
	return p.Exec(ctx)
}
