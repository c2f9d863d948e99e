package subscriptions

import (
	"context"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// numberTopics gives numbers to the topics that have none.
//
// KEYS[1] the hash; ARGV topic ids
// Returns the numbers, in the order of the ids.
var numberTopics = redis.NewScript(`
local numbers = {}
for i, id in ipairs(ARGV) do
  redis.call('HSETNX', KEYS[1], id, redis.call('HLEN', KEYS[1]))
  numbers[i] = tonumber(redis.call('HGET', KEYS[1], id))
end
return numbers
`)

// TopicNumbers returns the numbers that topics have, by their ids.
func (s *Store) TopicNumbers(ctx context.Context) (map[string]Topic, error) {
	fields, err := s.rdb.HGetAll(ctx, keyTopics).Result()
	if err != nil {
		return nil, fmt.Errorf("read the topics' numbers: %w", err)
	}
	numbers := make(map[string]Topic, len(fields))
	for id, text := range fields {
		n, err := strconv.ParseUint(text, 10, 8)
		if err != nil {
			return nil, fmt.Errorf("read the topics' numbers: %q = %q", id, text)
		}
		numbers[id] = Topic(n)
	}
	return numbers, nil
}

// RestoreTopics gives topics the numbers back that they had, where Redis has lost them.
func (s *Store) RestoreTopics(ctx context.Context, numbers map[string]Topic) error {
	values := make(map[string]any, len(numbers))
	for id, n := range numbers {
		values[id] = int(n)
	}
	if err := s.rdb.HSet(ctx, keyTopics, values).Err(); err != nil {
		return fmt.Errorf("restore the topics' numbers: %w", err)
	}
	return nil
}

// mostTopics is how many numbers there are.
const mostTopics = 256

// NumberTopics returns the numbers of topics, which are given once to each id and kept:
// a topic that leaves the configuration and comes back finds its readers again.
func (s *Store) NumberTopics(ctx context.Context, ids ...string) (map[string]Topic, error) {
	numbered := make(map[string]Topic, len(ids))
	if len(ids) == 0 {
		return numbered, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	numbers, err := numberTopics.Run(ctx, s.rdb, []string{keyTopics}, args...).Int64Slice()
	if err != nil {
		return nil, fmt.Errorf("number the topics: %w", err)
	}
	for i, n := range numbers {
		if n >= mostTopics {
			return nil, fmt.Errorf("topic %q would be number %d: there were %d topics already", ids[i], n, mostTopics)
		}
		numbered[ids[i]] = Topic(n)
	}
	return numbered, nil
}
