package broadcast

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
)

// entry is what the ledger says of one chat: the message it has. It is packed into
// one whole number, because Redis keeps a number in nine bytes or fewer: the message
// id, twelve bits of the item's revision, four of its language, and three flags.
type entry struct {
	Message
	Revision  int  // of the item; of a digest, how many of its messages the chat has
	Edition   int  // the number of the item's language: the editions of an item share a ledger
	Withdrawn bool // the message was taken back
}

const (
	revisionBits = 12
	maxRevision  = 1<<revisionBits - 1
	editionBits  = 4
	maxEdition   = 1<<editionBits - 1
)

// The flags, from the lowest bit.
const (
	flagCaption = 1 << iota
	flagWithdrawn
	flagMore
	flagBits = iota
)

func (e entry) pack() int64 {
	n := e.ID<<revisionBits | int64(min(e.Revision, maxRevision))
	n = n<<editionBits | int64(e.Edition)
	n <<= flagBits
	if e.Caption {
		n |= flagCaption
	}
	if e.Withdrawn {
		n |= flagWithdrawn
	}
	if e.More {
		n |= flagMore
	}
	return n
}

func unpackEntry(n int64) entry {
	e := entry{Withdrawn: n&flagWithdrawn != 0}
	e.Caption, e.More = n&flagCaption != 0, n&flagMore != 0
	n >>= flagBits
	e.Edition = int(n & maxEdition)
	n >>= editionBits
	e.Revision = int(n & maxRevision)
	e.ID = n >> revisionBits
	return e
}

// ledger says who has which message. It is the only thing that grows with the
// audience, by about twenty bytes a chat, and it expires.
type ledger struct {
	rdb redis.UniversalClient
}

// read returns the entries of some buckets, keyed by chat.
func (l ledger) read(ctx context.Context, number int64, buckets []int) (map[int64]entry, error) {
	if len(buckets) == 0 {
		return nil, nil
	}
	pipe := l.rdb.Pipeline()
	answers := make([]*redis.MapStringStringCmd, len(buckets))
	for i, b := range buckets {
		answers[i] = pipe.HGetAll(ctx, keySent(number, b))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("read ledger %d: %w", number, err)
	}
	entries := make(map[int64]entry)
	for i, answer := range answers {
		for field, value := range answer.Val() {
			chat, err1 := strconv.ParseInt(field, 10, 64)
			packed, err2 := strconv.ParseInt(value, 10, 64)
			if err1 != nil || err2 != nil {
				return nil, fmt.Errorf("read ledger: %s holds %q = %q", keySent(number, buckets[i]), field, value)
			}
			entries[chat] = unpackEntry(packed)
		}
	}
	return entries, nil
}

// get returns one chat's entry.
func (l ledger) get(ctx context.Context, number, chat int64) (entry, bool, error) {
	packed, err := l.rdb.HGet(ctx, keySent(number, subscriptions.BucketOf(chat)), id(chat)).Int64()
	if err == redis.Nil {
		return entry{}, false, nil
	}
	if err != nil {
		return entry{}, false, fmt.Errorf("read ledger %d: %w", number, err)
	}
	return unpackEntry(packed), true, nil
}

// note is one line to be written into a ledger.
type note struct {
	ledger int64
	chat   int64
	entry  entry
}

// write writes many notes in one round trip; writing a note twice does no harm.
func (l ledger) write(ctx context.Context, notes []note) error {
	pipe := l.rdb.Pipeline()
	for _, n := range notes {
		pipe.HSet(ctx, keySent(n.ledger, subscriptions.BucketOf(n.chat)), n.chat, n.entry.pack())
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("write ledger: %w", err)
	}
	return nil
}

// erase removes a chat from some ledgers.
func (l ledger) erase(ctx context.Context, numbers []int64, chat int64) error {
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

// count returns how many chats have an edition, by its ledger. With keep above 0 it also
// sets the time after which the ledger is dropped.
func (l ledger) count(ctx context.Context, number int64, edition int, keep time.Duration) (int, error) {
	total := 0
	for from := 0; from < subscriptions.Buckets; from += bucketsAtOnce {
		buckets := bucketRange(from)
		entries, err := l.read(ctx, number, buckets)
		if err != nil {
			return 0, err
		}
		for _, e := range entries {
			if e.Edition == edition {
				total++
			}
		}
		if keep > 0 && len(entries) > 0 {
			if err := l.expire(ctx, number, buckets, keep); err != nil {
				return 0, err
			}
		}
	}
	return total, nil
}

func (l ledger) expire(ctx context.Context, number int64, buckets []int, after time.Duration) error {
	pipe := l.rdb.Pipeline()
	for _, b := range buckets {
		pipe.Expire(ctx, keySent(number, b), after)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("let ledger %d expire: %w", number, err)
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
