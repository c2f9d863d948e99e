package main

import (
	"context"

	"kabarchy/cmd/kabarchy/config"
	"kabarchy/subscriptions/embedded"
)

// startMiniRedis runs an embedded Redis as a part of the group and connects to it.
func startMiniRedis(ctx context.Context, parts *group) (Redis, error) {
	mini, err := embedded.Start()
	if err != nil {
		return Redis{}, err
	}
	parts.start(ctx, "the embedded Redis", func(ctx context.Context) error {
		<-ctx.Done()
		mini.Close()
		return nil
	})
	return OpenRedis(config.Secret("redis://" + mini.Addr()))
}
