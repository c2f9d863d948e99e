package subscriptions

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Census is Count that also returns some buckets, at most so many, that hold somebody:
// Present tells cheaply whether they still do.
func (s *Store) Census(ctx context.Context, most int) (counts Counts, some []int, err error) {
	counts, err = s.count(ctx, func(bucket int) {
		if len(some) < most {
			some = append(some, bucket)
		}
	})
	return counts, some, err
}

// Present returns how many of the buckets hold somebody.
func (s *Store) Present(ctx context.Context, buckets []int) (n int, err error) {
	if len(buckets) == 0 {
		return 0, nil
	}
	replies := make([]*redis.IntCmd, len(buckets))
	_, err = s.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, bucket := range buckets {
			replies[i] = pipe.Exists(ctx, bucketKey(bucket))
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("look for subscribers: %w", err)
	}
	for _, reply := range replies {
		n += int(reply.Val())
	}
	return n, nil
}

// Estimate returns about how many subscribers there are, by a part of the buckets.
func (s *Store) Estimate(ctx context.Context) (int, error) {
	const part = 256
	replies := make([]*redis.IntCmd, part)
	_, err := s.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for bucket := range replies {
			replies[bucket] = pipe.HLen(ctx, bucketKey(bucket))
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("estimate the audience: %w", err)
	}
	n := 0
	for _, reply := range replies {
		n += int(reply.Val())
	}
	return n * (Buckets / part), nil
}
