package subscriptions

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Cohort are the chats that have the same preferences, but for when they first subscribed.
type Cohort struct {
	Preferences Preferences // without Since
	Chats       int
}

// Census counts all subscribers, whatever their status, by their preferences, and those
// that this release can't read apart. It walks over all of them, and what it holds in
// memory grows with how differently people choose: a million people are some hundred
// cohorts.
func (s *Store) Census(ctx context.Context) (cohorts []Cohort, unreadable int, err error) {
	return s.census(ctx, func(int) {})
}

// census is Census that names each bucket in which it finds somebody.
func (s *Store) census(ctx context.Context, found func(bucket int)) (cohorts []Cohort, unreadable int, err error) {
	chats := make(map[string]*int) // by the packed preferences without since
	for from := 0; from < Buckets; from += step {
		if err := s.tally(ctx, from, chats, found); err != nil {
			return nil, 0, err
		}
	}
	cohorts = make([]Cohort, 0, len(chats))
	for packed, n := range chats {
		p, err := unpack(packed)
		if err != nil {
			unreadable += *n
			continue
		}
		cohorts = append(cohorts, Cohort{p, *n})
	}
	return cohorts, unreadable, nil
}

// tally adds the chats of some buckets to those that were counted.
func (s *Store) tally(ctx context.Context, from int, chats map[string]*int, found func(bucket int)) error {
	replies := make([]*redis.StringSliceCmd, step)
	_, err := s.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i := range replies {
			replies[i] = pipe.HVals(ctx, bucketKey(from+i))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("count buckets %d to %d: %w", from, from+step, err)
	}
	var without []byte
	for i, reply := range replies {
		for _, packed := range reply.Val() {
			without = append(without[:0], packed...)
			if len(without) >= headLength {
				clear(without[sinceAt:headLength])
			}
			n := chats[string(without)]
			if n == nil {
				n = new(int)
				chats[string(without)] = n
			}
			*n++
		}
		if len(reply.Val()) > 0 {
			found(from + i)
		}
	}
	return nil
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
