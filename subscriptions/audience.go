package subscriptions

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// Subscriber is a chat and what it wants.
type Subscriber struct {
	Chat        int64
	Preferences Preferences
}

// Read returns the subscribers of the buckets from (included) to (excluded), whatever
// their status: those of bucket from+i at index i, in no order. It holds all of them
// in memory; who walks the audience asks for some dozen buckets at a time.
//
// Chats whose preferences this release cannot read are missing from the result, and
// named by an error of type *Unreadable that comes with it: one of them must not keep
// the news from all others.
func (s *Store) Read(ctx context.Context, from, to int) ([][]Subscriber, error) {
	if from < 0 || to > Buckets || from > to {
		return nil, fmt.Errorf("read buckets %d to %d: there are %d", from, to, Buckets)
	}
	replies := make([]*redis.MapStringStringCmd, to-from)
	_, err := s.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i := range replies {
			replies[i] = pipe.HGetAll(ctx, bucketKey(from+i))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read buckets %d to %d: %w", from, to, err)
	}
	buckets := make([][]Subscriber, len(replies))
	var unreadable Unreadable
	for i, reply := range replies {
		buckets[i] = unpackBucket(reply.Val(), &unreadable)
	}
	if err := s.readWords(ctx, from, buckets, &unreadable); err != nil {
		return nil, err
	}
	if unreadable.Err != nil {
		return buckets, &unreadable
	}
	return buckets, nil
}

// unpackBucket returns the subscribers that a bucket holds, and adds to unreadable
// those that it cannot read.
func unpackBucket(fields map[string]string, unreadable *Unreadable) []Subscriber {
	subscribers := make([]Subscriber, 0, len(fields))
	for field, packed := range fields {
		chat, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			err = fmt.Errorf("field %q is no chat", field)
		}
		p, unpackErr := unpack(packed)
		if err == nil {
			err = unpackErr
		}
		if err != nil {
			unreadable.add(chat, err)
			continue
		}
		subscribers = append(subscribers, Subscriber{Chat: chat, Preferences: p})
	}
	return slices.Clip(subscribers)
}
