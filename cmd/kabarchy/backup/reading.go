package backup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// partOf is how many fields of a large hash are read at a time.
const partOf = 500

// question is a key that is asked for in a pipeline, and its answer.
type question struct {
	line
	answer redis.Cmder
	left   *redis.DurationCmd
}

// ask puts a key into a pipeline. Its lifetime is asked for after its values: what is there
// without one does not expire too soon.
func ask(ctx context.Context, pipe redis.Pipeliner, f *family, key string) *question {
	q := &question{line: line{Key: key, Type: f.kind}}
	switch f.kind {
	case "string":
		q.answer = pipe.Get(ctx, key)
	case "hash":
		q.answer = pipe.HGetAll(ctx, key)
	case "set":
		q.answer = pipe.SMembers(ctx, key)
	case "zset":
		q.answer = pipe.ZRangeWithScores(ctx, key, 0, -1)
	case "list":
		q.answer = pipe.LRange(ctx, key, 0, -1)
	}
	if f.phase != byBucket {
		q.left = pipe.PTTL(ctx, key)
	}
	return q
}

// told is the line that the answer makes. It is empty where the key is not there, or not any more.
func (q *question) told(now time.Time) (line, error) {
	if err := q.answer.Err(); err != nil && !errors.Is(err, redis.Nil) {
		return line{}, fmt.Errorf("read %s: %w", q.Key, err)
	}
	switch answer := q.answer.(type) {
	case *redis.StringCmd:
		if answer.Err() == nil {
			q.Values = []string{answer.Val()}
		}
	case *redis.MapStringStringCmd:
		for field, value := range answer.Val() {
			q.Values = append(q.Values, field, value)
		}
	case *redis.StringSliceCmd:
		q.Values = answer.Val()
	case *redis.ZSliceCmd:
		for _, z := range answer.Val() {
			q.Values = append(q.Values, fmt.Sprint(z.Member), strconv.FormatFloat(z.Score, 'g', -1, 64))
		}
	}
	if q.left != nil {
		switch left := q.left.Val(); {
		case left > 0:
			q.Expires = now.Add(left).UnixMilli()
		case left == -2: // it expired in between
			q.Values = nil
		}
	}
	return q.line, nil
}

// server is one that holds keys: a single one, or each master of a Cluster.
type server = redis.Cmdable

// masters are the servers that hold keys.
func masters(ctx context.Context, rdb redis.UniversalClient) (all []server, err error) {
	cluster, is := rdb.(*redis.ClusterClient)
	if !is {
		return []server{rdb}, nil
	}
	found := make(chan server, 1000)
	err = cluster.ForEachMaster(ctx, func(_ context.Context, master *redis.Client) error {
		found <- master
		return nil
	})
	close(found)
	for master := range found {
		all = append(all, master)
	}
	return all, err
}

// scanned is how many keys a server looks at for one answer.
const scanned = 1000

// scan hands the keys that begin so, with a colon behind it, to take, some hundreds at a time;
// all keys where begin is empty. A key may come twice.
func scan(ctx context.Context, rdb redis.UniversalClient, begin string, take func(keys []string) error) error {
	pattern := "*"
	if begin != "" {
		pattern = begin + ":*"
	}
	servers, err := masters(ctx, rdb)
	if err != nil {
		return fmt.Errorf("list the keys: %w", err)
	}
	for _, s := range servers {
		for cursor := uint64(0); ; {
			var keys []string
			if keys, cursor, err = s.Scan(ctx, cursor, pattern, scanned).Result(); err != nil {
				return fmt.Errorf("list the keys: %w", err)
			}
			if len(keys) > 0 {
				if err := take(keys); err != nil {
					return err
				}
			}
			if cursor == 0 {
				break
			}
		}
	}
	return nil
}

// inParts hands a large hash to take, some fields at a time.
func inParts(ctx context.Context, rdb redis.UniversalClient, f *family, key string, expires int64, take func(line) error) error {
	for cursor := uint64(0); ; {
		values, next, err := rdb.HScan(ctx, key, cursor, "", partOf).Result()
		if err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
		for part := range slices.Chunk(values, 2*partOf) { // a compact hash comes as a whole
			if err := take(line{Key: key, Type: f.kind, Values: part, Expires: expires}); err != nil {
				return err
			}
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}

// stream hands a stream to take, a line for each entry.
func stream(ctx context.Context, rdb redis.UniversalClient, key string, take func(line) error) error {
	for from := "-"; ; {
		entries, err := rdb.XRangeN(ctx, key, from, "+", partOf).Result()
		if err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
		for _, e := range entries {
			l := line{Key: key, Type: "stream", Values: []string{e.ID}}
			for field, value := range e.Values {
				l.Values = append(l.Values, field, fmt.Sprint(value))
			}
			if err := take(l); err != nil {
				return err
			}
		}
		if len(entries) < partOf {
			return nil
		}
		from = "(" + entries[len(entries)-1].ID
	}
}
