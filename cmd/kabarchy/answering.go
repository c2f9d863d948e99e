package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/telegram"
)

const (
	// keyAnswering: hash, the name of each instance that answers people → the number of the beat at which
	// it last said so; and beat, the number of the last one.
	keyAnswering = "{news}:answering"
	// beatEvery is how often an instance says that it answers, and missedBeats after how many rounds
	// without it another one is taken for dead.
	beatEvery   = 10 * time.Second
	missedBeats = 3
	// answeringFor is how long the hash is kept when nobody answers any more.
	answeringFor = 10 * time.Minute
	// answeringFirst is how many instances are taken to answer until they were counted.
	answeringFirst = 2
)

// answering counts the instances that answer people, which is all where there is a webhook: they
// share what a group takes in a minute. It needs no clock: the beats of all are numbered, and who has
// none among the last ones is dead.
type answering struct {
	redis redis.UniversalClient
	name  string
	share func(instances int)
	log   *slog.Logger
}

func newAnswering(rdb redis.UniversalClient, share func(instances int), log *slog.Logger) *answering {
	return &answering{redis: rdb, name: rand.Text(), share: share, log: log}
}

// run counts until ctx is done, and then leaves its share to the others.
func (a *answering) run(ctx context.Context) error {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for failures := 0; ; {
		n, err := a.beat(ctx)
		switch {
		case err == nil:
			failures = 0
			a.share(n)
		case ctx.Err() == nil:
			if failures++; telegram.WorthLogging(failures) {
				a.log.WarnContext(ctx, "how many instances answer people can't be told: what groups take is shared as before",
					"failures", strconv.Itoa(failures), "error", err)
			}
		}
		select {
		case <-ctx.Done():
			a.leave(context.WithoutCancel(ctx))
			return nil
		case <-tick.C:
		}
	}
}

// beatScript notes that an instance answers, and forgets those that are dead.
//
// KEYS[1] the instances
// ARGV[1] the name of this one, [2] rounds that another one may miss, [3] seconds to keep the hash
// Returns how many there are.
var beatScript = redis.NewScript(`
local beat = redis.call('HINCRBY', KEYS[1], 'beat', 1)
redis.call('HSET', KEYS[1], ARGV[1], beat)
redis.call('EXPIRE', KEYS[1], ARGV[3])
local all = redis.call('HGETALL', KEYS[1])
local round, alive = #all/2 - 1, 0
for i = 1, #all, 2 do
  if all[i] ~= 'beat' then
    if tonumber(all[i+1]) <= beat - round*tonumber(ARGV[2]) then redis.call('HDEL', KEYS[1], all[i]) else alive = alive + 1 end
  end
end
return alive
`)

func (a *answering) beat(ctx context.Context) (instances int, err error) {
	instances, err = beatScript.Run(ctx, a.redis, []string{keyAnswering}, a.name, missedBeats, int(answeringFor.Seconds())).Int()
	if err != nil {
		return 0, fmt.Errorf("count the instances that answer: %w", err)
	}
	return instances, nil
}

// leave lets the others have its share at once. Where it fails, they find it dead.
func (a *answering) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if err := a.redis.HDel(ctx, keyAnswering, a.name).Err(); err != nil {
		a.log.InfoContext(ctx, "this instance is still counted among those that answer, for a minute", "error", err)
	}
}
