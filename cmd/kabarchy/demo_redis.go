package main

import (
	"context"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// clockStep is how exactly keys of the embedded Redis expire, while it holds few.
const clockStep = 50 * time.Millisecond

// startMiniRedis runs an embedded Redis as a part of the group and connects to it.
func startMiniRedis(ctx context.Context, parts *group) (Redis, error) {
	mini := miniredis.NewMiniRedis()
	if err := mini.Start(); err != nil {
		return Redis{}, fmt.Errorf("start the embedded Redis: %w", err)
	}
	parts.start(ctx, "the embedded Redis", func(ctx context.Context) error {
		defer mini.Close()
		driveClock(ctx, mini)
		return nil
	})
	return OpenRedis(Secret("redis://" + mini.Addr()))
}

// driveClock lets the time that passes here pass in the embedded Redis, whose keys
// would never expire otherwise. A step looks at all keys: with many, steps are rarer.
func driveClock(ctx context.Context, mini *miniredis.Miniredis) {
	last, pause := time.Now(), clockStep
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		now := time.Now()
		mini.FastForward(now.Sub(last))
		last, pause = now, max(clockStep, 20*time.Since(now))
	}
}
