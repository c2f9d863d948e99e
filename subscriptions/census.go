package subscriptions

import (
	"context"
	"fmt"
	"slices"

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
// cohorts, and one more for each choice of words to follow.
func (s *Store) Census(ctx context.Context) (cohorts []Cohort, unreadable int, err error) {
	t := tally{chats: make(map[string]*int), followers: make(map[kept]int)}
	return s.census(ctx, &t)
}

// tally counts chats by what is stored of them, without since.
type tally struct {
	chats     map[string]*int
	followers map[kept]int     // those who follow words; nil: their words don't matter
	found     func(bucket int) // is called with each bucket that holds somebody; may be nil
	without   []byte
}

// census walks over all buckets.
func (s *Store) census(ctx context.Context, t *tally) (cohorts []Cohort, unreadable int, err error) {
	for from := 0; from < Buckets; from += step {
		following, err := s.tally(ctx, from, t)
		if err == nil && len(following) > 0 {
			err = s.tallyFollowers(ctx, following, t)
		}
		if err != nil {
			return nil, 0, err
		}
	}
	cohorts = make([]Cohort, 0, len(t.chats)+len(t.followers))
	add := func(stored kept, chats int) {
		p, err := stored.unpack()
		if err != nil {
			unreadable += chats
			return
		}
		cohorts = append(cohorts, Cohort{p, chats})
	}
	for packed, n := range t.chats {
		add(kept{preferences: packed}, *n)
	}
	for stored, n := range t.followers {
		add(stored, n)
	}
	return cohorts, unreadable, nil
}

// tally adds the chats of some buckets to those that were counted. It leaves out, and
// returns, the buckets in which somebody follows words, where these matter.
func (s *Store) tally(ctx context.Context, from int, t *tally) (following []int, _ error) {
	replies := make([]*redis.StringSliceCmd, step)
	_, err := s.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i := range replies {
			replies[i] = pipe.HVals(ctx, bucketKey(from+i))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count buckets %d to %d: %w", from, from+step, err)
	}
	for i, reply := range replies {
		if t.found != nil && len(reply.Val()) > 0 {
			t.found(from + i)
		}
		if t.followers != nil && slices.ContainsFunc(reply.Val(), follows) {
			following = append(following, from+i)
			continue
		}
		for _, packed := range reply.Val() {
			t.add(packed)
		}
	}
	return following, nil
}

// tallyFollowers adds the chats of buckets in which somebody follows words.
func (s *Store) tallyFollowers(ctx context.Context, buckets []int, t *tally) error {
	replies := make([][2]*redis.MapStringStringCmd, len(buckets))
	_, err := s.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, bucket := range buckets {
			replies[i] = [2]*redis.MapStringStringCmd{pipe.HGetAll(ctx, bucketKey(bucket)), pipe.HGetAll(ctx, wordsKey(bucket))}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("count who follows words, from bucket %d: %w", buckets[0], err)
	}
	for _, reply := range replies {
		words := reply[1].Val()
		for field, packed := range reply[0].Val() {
			if follows(packed) {
				t.followers[kept{string(withoutSince(nil, packed)), words[field]}]++
			} else {
				t.add(packed)
			}
		}
	}
	return nil
}

// add counts a chat.
func (t *tally) add(packed string) {
	t.without = withoutSince(t.without[:0], packed)
	n := t.chats[string(t.without)]
	if n == nil {
		n = new(int)
		t.chats[string(t.without)] = n
	}
	*n++
}

// withoutSince appends packed preferences without when the chat subscribed.
func withoutSince(to []byte, packed string) []byte {
	to = append(to, packed...)
	if len(to) >= headLength {
		clear(to[sinceAt:headLength])
	}
	return to
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
