package broadcast

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
)

// ledger says who has which message, and why who has none. It is the only thing that grows with the
// audience, by about twenty bytes a chat, and it expires.
type ledger struct {
	rdb       redis.UniversalClient
	unwritten *unwritten
}

func newLedger(rdb redis.UniversalClient) ledger {
	return ledger{rdb, &unwritten{lines: make(map[place]entry)}}
}

// read returns the entries of some buckets, keyed by chat.
func (l ledger) read(ctx context.Context, number int64, buckets []int) (map[int64]entry, error) {
	if len(buckets) == 0 {
		return nil, nil
	}
	entries := l.unwritten.of(number, buckets) // before the question: what is written meanwhile is in the answer
	pipe := l.rdb.Pipeline()
	answers := make([]*redis.MapStringStringCmd, len(buckets))
	for i, b := range buckets {
		answers[i] = pipe.HGetAll(ctx, keySent(number, b))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("read ledger %d: %w", number, err)
	}
	for i, answer := range answers {
		for field, value := range answer.Val() {
			chat, err1 := strconv.ParseInt(field, 10, 64)
			packed, err2 := strconv.ParseInt(value, 10, 64)
			if err1 != nil || err2 != nil {
				return nil, fmt.Errorf("read ledger: %s holds %q = %q", keySent(number, buckets[i]), field, value)
			}
			if _, newer := entries[chat]; !newer {
				entries[chat] = unpackEntry(packed)
			}
		}
	}
	return entries, nil
}

// get returns one chat's entry.
func (l ledger) get(ctx context.Context, number, chat int64) (entry, bool, error) {
	if e, has := l.unwritten.get(place{number, chat}); has {
		return e, true, nil
	}
	packed, err := l.rdb.HGet(ctx, keySent(number, subscriptions.BucketOf(chat)), id(chat)).Int64()
	if errors.Is(err, redis.Nil) {
		return entry{}, false, nil
	}
	if err != nil {
		return entry{}, false, fmt.Errorf("read ledger %d: %w", number, err)
	}
	return unpackEntry(packed), true, nil
}

// write writes many notes in one round trip, and returns the error of each, nil for those
// that are written. Writing a note twice does no harm.
func (l ledger) write(ctx context.Context, notes []note) []error {
	if len(notes) == 0 {
		return nil
	}
	pipe := l.rdb.Pipeline()
	for _, n := range notes {
		pipe.HSet(ctx, keySent(n.ledger, subscriptions.BucketOf(n.chat)), n.chat, n.entry.pack())
	}
	answers, _ := pipe.Exec(ctx) // each answer has its own error
	errs := make([]error, len(notes))
	for i, answer := range answers {
		if err := answer.Err(); err != nil {
			errs[i] = fmt.Errorf("write ledger %d: %w", notes[i].ledger, err)
		}
	}
	return errs
}

// writeLate writes a line whose broadcast may have ended meanwhile. A bucket that it begins
// in a ledger that expires already expires as well, and after any broadcast's end.
func (l ledger) writeLate(ctx context.Context, n note) error {
	key := keySent(n.ledger, subscriptions.BucketOf(n.chat))
	pipe := l.rdb.Pipeline()
	pipe.HSet(ctx, key, n.chat, n.entry.pack())
	pipe.ExpireNX(ctx, key, ReportLife)
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("write ledger %d: %w", n.ledger, err)
	}
	return nil
}

// erase removes a chat from some ledgers.
func (l ledger) erase(ctx context.Context, numbers []int64, chat int64) error {
	l.unwritten.forget(numbers, chat)
	pipe := l.rdb.Pipeline()
	for _, n := range numbers {
		pipe.HDel(ctx, keySent(n, subscriptions.BucketOf(chat)), id(chat))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("erase chat from the ledgers: %w", err)
	}
	return nil
}

// bucketsAtOnce is how many buckets one pipeline asks for.
const bucketsAtOnce = 256

// expire drops a ledger after a time.
func (l ledger) expire(ctx context.Context, number int64, after time.Duration) error {
	err := l.each(ctx, number, func(p redis.Pipeliner, key string) { p.Expire(ctx, key, after) })
	if err != nil {
		return fmt.Errorf("let ledger %d expire: %w", number, err)
	}
	return nil
}

// persist lets a ledger live on that was to expire.
func (l ledger) persist(ctx context.Context, number int64) error {
	err := l.each(ctx, number, func(p redis.Pipeliner, key string) { p.Persist(ctx, key) })
	if err != nil {
		return fmt.Errorf("let ledger %d live on: %w", number, err)
	}
	return nil
}

// each does the same to every bucket of a ledger.
func (l ledger) each(ctx context.Context, number int64, do func(p redis.Pipeliner, key string)) error {
	for from := 0; from < subscriptions.Buckets; from += bucketsAtOnce {
		pipe := l.rdb.Pipeline()
		for _, b := range bucketRange(from) {
			do(pipe, keySent(number, b))
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// bucketRange lists the buckets from one on that are read at once.
func bucketRange(from int) []int {
	buckets := make([]int, min(bucketsAtOnce, subscriptions.Buckets-from))
	for i := range buckets {
		buckets[i] = from + i
	}
	return buckets
}
