package websub

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// Subscription is what is known of one at a hub.
type Subscription struct {
	Source string `json:"source"`
	Hub    string `json:"hub"`
	Topic  string `json:"topic"`
	// Asked is when the hub was last asked, and Confirmed when it last confirmed.
	Asked     time.Time `json:"asked,omitzero"`
	Confirmed time.Time `json:"confirmed,omitzero"`
	// Until is when the hub ends it; zero while it is none.
	Until time.Time `json:"until,omitzero"`
	// Next is when the hub is asked again, and Failures how often it was since it last confirmed.
	Next     time.Time `json:"next"`
	Failures int       `json:"failures,omitempty"`
	// Refused is why there is none, or why it can't be renewed.
	Refused string `json:"refused,omitempty"`
	// Unoffered is since when the source does not name the hub any more.
	Unoffered time.Time `json:"unoffered,omitzero"`
	// Leaving reports whether the hub is asked to end it.
	Leaving bool `json:"leaving,omitempty"`
}

// Silent reports whether the hub took what it was asked, and has not come to confirm it since.
func (s Subscription) Silent() bool { return s.Refused == "" && s.Asked.After(s.Confirmed) }

// offered reports whether the source still names hub and topic.
func (s Subscription) offered(o Offer) bool {
	return s.Topic == o.Topic && slices.Contains(o.Hubs, s.Hub)
}

// held is a subscription with its id.
type held struct {
	id string
	Subscription
}

// store keeps the subscriptions in Redis.
type store struct{ redis redis.UniversalClient }

var (
	errUnknown = errors.New("no such subscription")
	errChanged = errors.New("the subscription changes all the time")
)

// all returns every subscription, in the order of their sources.
func (s store) all(ctx context.Context) ([]held, error) {
	raw, err := s.redis.HGetAll(ctx, keyHubs).Result()
	if err != nil {
		return nil, fmt.Errorf("subscriptions at hubs: %w", err)
	}
	list := make([]held, 0, len(raw))
	for id, text := range raw {
		h := held{id: id}
		if err := json.Unmarshal([]byte(text), &h.Subscription); err != nil {
			return nil, fmt.Errorf("subscription at a hub: %w", err)
		}
		list = append(list, h)
	}
	slices.SortFunc(list, func(a, b held) int { return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.id, b.id)) })
	return list, nil
}

// swapScript writes a subscription, or deletes it, if it is as it was read.
//
// KEYS[1] the subscriptions
// ARGV[1] its id, [2] as it was, empty where it is new, [3] as it is from now on, empty where it is over
// Returns 1 where that was done.
var swapScript = redis.NewScript(`
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
return 1
`)

// attempts is how often a change is tried while others change the same.
const attempts = 5

// change reads a subscription and writes what becomes of it; nothing where change returns false.
// errUnknown where there is none.
func (s store) change(ctx context.Context, id string, change func(*Subscription) (keep, write bool)) error {
	for range attempts {
		before, err := s.redis.HGet(ctx, keyHubs, id).Result()
		if errors.Is(err, redis.Nil) {
			return errUnknown
		}
		if err != nil {
			return fmt.Errorf("subscription at a hub: %w", err)
		}
		var sub Subscription
		if err := json.Unmarshal([]byte(before), &sub); err != nil {
			return fmt.Errorf("subscription at a hub: %w", err)
		}
		keep, write := change(&sub)
		if !write {
			return nil
		}
		after := []byte(nil)
		if keep {
			if after, err = json.Marshal(sub); err != nil {
				return err
			}
		}
		done, err := swapScript.Run(ctx, s.redis, []string{keyHubs}, id, before, string(after)).Bool()
		if err != nil {
			return fmt.Errorf("subscription at a hub: %w", err)
		}
		if done {
			return nil
		}
	}
	return errChanged
}

// add writes a new one, unless it is there.
func (s store) add(ctx context.Context, h held) error {
	raw, err := json.Marshal(h.Subscription)
	if err == nil {
		err = s.redis.HSetNX(ctx, keyHubs, h.id, string(raw)).Err()
	}
	if err != nil {
		return fmt.Errorf("subscription at a hub: %w", err)
	}
	return nil
}

// Subscriptions returns those that are there, in the order of their sources.
func Subscriptions(ctx context.Context, rdb redis.UniversalClient) (list []Subscription, err error) {
	all, err := store{rdb}.all(ctx)
	for _, h := range all {
		list = append(list, h.Subscription)
	}
	return list, err
}
