package backup

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
)

func bucketKey(bucket int) string { return "subs:" + strconv.Itoa(bucket) }

func wordsKey(bucket int) string { return "subs:words:{subs:" + strconv.Itoa(bucket) + "}" }

// people reads the subscribers, each bucket in one step with the words that are followed there.
func (t *taking) people(ctx context.Context) error {
	return t.buckets(ctx, func(from int) []string {
		var keys []string
		for i := range bucketsAtOnce {
			keys = append(keys, bucketKey(from+i), wordsKey(from+i))
		}
		return keys
	}, t.out.write)
}

// groups reads the groups and channels once more.
func (t *taking) groups(ctx context.Context) error {
	var inhabited []string // the buckets that hold some, and their words
	err := t.buckets(ctx, func(from int) []string {
		var keys []string
		for i := range bucketsAtOnce {
			keys = append(keys, bucketKey(from+i))
		}
		return keys
	}, func(l line) error {
		if len(groupsIn(l)) > 0 {
			_, bucket, _ := strings.Cut(l.Key, ":")
			n, err := strconv.Atoi(bucket)
			inhabited = append(inhabited, l.Key, wordsKey(n))
			return err
		}
		return nil
	})
	for some := range slices.Chunk(inhabited, 2*bucketsAtOnce) {
		if err == nil {
			err = t.hashes(ctx, some, func(l line) error {
				l.Values = groupsIn(l)
				return t.out.write(l)
			})
		}
	}
	return err
}

// groupsIn are a bucket's values that are of groups and channels.
func groupsIn(l line) (groups []string) {
	for pair := range slices.Chunk(l.Values, 2) {
		if strings.HasPrefix(pair[0], "-") {
			groups = append(groups, pair...)
		}
	}
	return groups
}

// buckets reads the keys of some buckets after the others.
func (t *taking) buckets(ctx context.Context, keys func(from int) []string, take func(line) error) error {
	for from := 0; from < subscriptions.Buckets; from += bucketsAtOnce {
		if err := t.hashes(ctx, keys(from), take); err != nil {
			return err
		}
	}
	return nil
}

// hashes reads each bucket in one step with the words that are followed there: who follows some
// says so in the preferences. On one server a transaction takes many of them; a Cluster's
// can't, as they stand in different slots.
func (t *taking) hashes(ctx context.Context, keys []string, take func(line) error) error {
	if _, is := t.rdb.(*redis.ClusterClient); !is {
		return t.read(ctx, t.rdb.TxPipelined, keys, take)
	}
	var answers []*redis.Cmd
	var of [][]string
	_, err := t.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for rest := keys; len(rest) > 0; {
			n := 1
			if len(rest) > 1 && strings.HasSuffix(rest[1], "{"+rest[0]+"}") { // its words
				n = 2
			}
			of = append(of, rest[:n])
			answers = append(answers, pipe.Eval(ctx, readHashes, rest[:n]))
			rest = rest[n:]
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read %d keys from %s on: %w", len(keys), keys[0], err)
	}
	for i, answer := range answers {
		all, err := answer.Slice()
		if err != nil {
			return err
		}
		for j, key := range of[i] {
			l := line{Key: key, Type: "hash"}
			values, _ := all[j].([]any)
			for _, v := range values {
				l.Values = append(l.Values, fmt.Sprint(v))
			}
			if err := take(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// readHashes reads hashes of one slot in one step.
const readHashes = `
local all = {}
for i, key in ipairs(KEYS) do all[i] = redis.call('HGETALL', key) end
return all
`
