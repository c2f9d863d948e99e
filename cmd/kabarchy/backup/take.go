package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
)

// Options are what a backup needs.
type Options struct {
	Redis   redis.UniversalClient
	Bot     string // whose data it is, by id
	Release string // which release takes it
}

// bucketsAtOnce is how many buckets are read in one exchange with Redis.
const bucketsAtOnce = 128

// taking is a backup that is being written.
type taking struct {
	rdb     redis.UniversalClient
	out     *writer
	began   time.Time
	running map[string]bool // the ledgers of the broadcasts that run
}

// Taken is what a backup has come to.
type Taken struct {
	Header
	Lines int
}

// Take writes a backup of what is in Redis while the service runs. See the package for the
// order in which it reads.
func Take(ctx context.Context, o Options, to io.Writer) (Taken, error) {
	h := Header{Kabarchy: magic, Format: format, Bot: o.Bot, Taken: time.Now().UTC().Truncate(time.Second), Release: o.Release}
	var err error
	if h.Subscribers, h.Items, err = count(ctx, o.Redis); err != nil {
		return Taken{}, err
	}
	t := &taking{rdb: o.Redis, began: time.Now(), running: map[string]bool{}}
	if t.out, err = newWriter(to, h); err != nil {
		return Taken{}, err
	}
	for _, read := range []func(context.Context) error{t.items, t.people, t.groups, t.topics, t.together, t.after, t.ledgers} {
		if err := read(ctx); err != nil {
			return Taken{}, err
		}
	}
	return Taken{h, t.out.wrote.Lines}, t.out.close()
}

// keyItems is where the items are.
const keyItems = "{news}:items"

// count counts subscribers and items.
func count(ctx context.Context, rdb redis.UniversalClient) (subscribers, items int, err error) {
	counted, err := rdb.HLen(ctx, keyItems).Result()
	for from := 0; err == nil && from < subscriptions.Buckets; from += bucketsAtOnce {
		lengths := make([]*redis.IntCmd, bucketsAtOnce)
		_, err = rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			for i := range lengths {
				lengths[i] = pipe.HLen(ctx, bucketKey(from+i))
			}
			return nil
		})
		for _, n := range lengths {
			subscribers += int(n.Val())
		}
	}
	if err != nil {
		return 0, 0, fmt.Errorf("count subscribers and items: %w", err)
	}
	return subscribers, int(counted), nil
}

func (t *taking) items(ctx context.Context) error {
	return inParts(ctx, t.rdb, familyOf(keyItems), keyItems, 0, t.out.write)
}

func (t *taking) topics(ctx context.Context) error {
	return t.read(ctx, t.rdb.Pipelined, []string{"subs:topics"}, t.out.write)
}

// pipelined is an exchange with Redis: a pipeline or a transaction.
type pipelined func(ctx context.Context, fn func(redis.Pipeliner) error) ([]redis.Cmder, error)

// read reads keys in one exchange with Redis.
func (t *taking) read(ctx context.Context, through pipelined, keys []string, take func(line) error) error {
	asked := make([]*question, len(keys))
	_, err := through(ctx, func(pipe redis.Pipeliner) error {
		for i, key := range keys {
			asked[i] = ask(ctx, pipe, familyOf(key), key)
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return fmt.Errorf("read %d keys from %s on: %w", len(keys), keys[0], err)
	}
	now := time.Now()
	for _, q := range asked {
		l, err := q.told(now)
		if err == nil {
			err = take(l)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// What keys begin with: all that is small, and the ledgers.
const (
	small   = "{news}"
	ledgers = "sent"
)

// found lists the keys of a phase below {news}:.
func (t *taking) found(ctx context.Context, in phase) (keys []string, err error) {
	seen := make(map[string]bool)
	err = scan(ctx, t.rdb, small, func(some []string) error {
		for _, key := range some {
			if f := familyOf(key); f != nil && f.phase == in && !seen[key] {
				seen[key] = true
				keys = append(keys, key)
			}
		}
		return nil
	})
	return keys, err
}

// after reads what stands by itself.
func (t *taking) after(ctx context.Context) error {
	keys, err := t.found(ctx, after)
	if err != nil {
		return err
	}
	var rest []string
	for _, key := range keys {
		switch f := familyOf(key); {
		case f.kind == "stream":
			err = stream(ctx, t.rdb, key, t.out.write)
		case f.large:
			err = t.large(ctx, f, key)
		default:
			rest = append(rest, key)
		}
		if err != nil {
			return err
		}
	}
	for some := range slices.Chunk(rest, partOf) {
		if err := t.read(ctx, t.rdb.Pipelined, some, t.out.write); err != nil {
			return err
		}
	}
	return nil
}

func (t *taking) large(ctx context.Context, f *family, key string) error {
	left, err := t.rdb.PTTL(ctx, key).Result()
	if err != nil {
		return fmt.Errorf("read %s: %w", key, err)
	}
	expires := int64(0)
	if left > 0 {
		expires = time.Now().Add(left).UnixMilli()
	}
	return inParts(ctx, t.rdb, f, key, expires, t.out.write)
}

// ledgers reads who has what. The ledger of a broadcast that runs in this file does not
// expire, though the broadcast may have ended since it was read.
func (t *taking) ledgers(ctx context.Context) error {
	return scan(ctx, t.rdb, ledgers, func(keys []string) error {
		return t.read(ctx, t.rdb.Pipelined, keys, func(l line) error {
			if t.running[strings.Split(l.Key, ":")[1]] {
				l.Expires = 0
			}
			return t.out.write(l)
		})
	})
}
