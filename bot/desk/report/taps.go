package report

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Taps returns how often "Read in full" was pressed below the items: presses and not people.
func Taps(ctx context.Context, rdb redis.UniversalClient, items ...string) (presses int, err error) {
	pipe := rdb.Pipeline()
	for _, item := range items {
		pipe.HGet(ctx, keyTaps(item), fieldRead)
	}
	answers, err := pipe.Exec(ctx)
	if err != nil && !errors.Is(err, redis.Nil) {
		return 0, fmt.Errorf("count the presses on an item: %w", err)
	}
	for _, answer := range answers {
		n, err := answer.(*redis.StringCmd).Int()
		if err != nil && !errors.Is(err, redis.Nil) {
			return 0, fmt.Errorf("count the presses on an item: %w", err)
		}
		presses += n
	}
	return presses, nil
}
