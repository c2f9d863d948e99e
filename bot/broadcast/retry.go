package broadcast

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// retryEntry is one chat's place in a broadcast's retry set.
type retryEntry struct {
	due      time.Time
	attempts int
	since    time.Time // the first failure
}

func (e retryEntry) String() string {
	return fmt.Sprintf("%d %d %d", e.due.UnixMilli(), e.attempts, e.since.UnixMilli())
}

func parseRetryEntry(text string) (e retryEntry, err error) {
	var due, since int64
	if _, err := fmt.Sscanf(text, "%d %d %d", &due, &e.attempts, &since); err != nil {
		return retryEntry{}, fmt.Errorf("%q says nothing of another attempt: %w", text, err)
	}
	e.due, e.since = time.UnixMilli(due), time.UnixMilli(since)
	return e, nil
}

// retries keeps, for each broadcast, the few chats whose message failed for a
// passing reason.
type retries struct {
	rdb redis.UniversalClient
}

func (r retries) put(ctx context.Context, broadcast, chat int64, e retryEntry) error {
	if err := r.rdb.HSet(ctx, keyRetry(broadcast), chat, e.String()).Err(); err != nil {
		return fmt.Errorf("put chat %d into the retry set of broadcast %d: %w", chat, broadcast, err)
	}
	return nil
}

func (r retries) drop(ctx context.Context, broadcast, chat int64) error {
	if err := r.rdb.HDel(ctx, keyRetry(broadcast), id(chat)).Err(); err != nil {
		return fmt.Errorf("take chat %d from the retry set of broadcast %d: %w", chat, broadcast, err)
	}
	return nil
}

func (r retries) all(ctx context.Context, broadcast int64) (map[int64]retryEntry, error) {
	fields, err := r.rdb.HGetAll(ctx, keyRetry(broadcast)).Result()
	if err != nil {
		return nil, fmt.Errorf("read the retry set of broadcast %d: %w", broadcast, err)
	}
	entries := make(map[int64]retryEntry, len(fields))
	for field, value := range fields {
		chat, err1 := strconv.ParseInt(field, 10, 64)
		e, err2 := parseRetryEntry(value)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("read the retry set of broadcast %d: %q = %q: %w", broadcast, field, value, err)
		}
		entries[chat] = e
	}
	return entries, nil
}

// of returns the place of a chat, or of its former id; the zero value where it has none.
func (r retries) of(ctx context.Context, broadcast, chat, former int64) (retryEntry, error) {
	values, err := r.rdb.HMGet(ctx, keyRetry(broadcast), id(chat), id(former)).Result()
	if err != nil {
		return retryEntry{}, fmt.Errorf("read chat %d in the retry set of broadcast %d: %w", chat, broadcast, err)
	}
	for _, value := range values {
		if text, has := value.(string); has {
			return parseRetryEntry(text)
		}
	}
	return retryEntry{}, nil
}

// putBack moves a chat from the list of failures to the retry set, due now.
func (r retries) putBack(ctx context.Context, broadcast, chat int64) error {
	pipe := r.rdb.TxPipeline()
	pipe.HSet(ctx, keyRetry(broadcast), chat, retryEntry{due: time.Now()}.String())
	pipe.HDel(ctx, keyFailed(broadcast), id(chat))
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("put chat %d back into the retry set of broadcast %d: %w", chat, broadcast, err)
	}
	return nil
}

// fail moves a chat from the retry set to the list of failures.
func (r retries) fail(ctx context.Context, broadcast, chat int64, why string) error {
	pipe := r.rdb.TxPipeline()
	pipe.HSet(ctx, keyFailed(broadcast), chat, why)
	pipe.HDel(ctx, keyRetry(broadcast), id(chat))
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("list chat %d as failed in broadcast %d: %w", chat, broadcast, err)
	}
	return nil
}

// unlist takes a chat from the list of failures.
func (r retries) unlist(ctx context.Context, broadcast, chat int64) error {
	if err := r.rdb.HDel(ctx, keyFailed(broadcast), id(chat)).Err(); err != nil {
		return fmt.Errorf("take chat %d from the failures of broadcast %d: %w", chat, broadcast, err)
	}
	return nil
}

// Pauses between the attempts for one chat: doubling, with jitter, up to a bound. The
// attempts are counted in Redis and outlive the process, which no library's loop does.
const (
	firstPause   = time.Second
	longestPause = 10 * time.Minute
)

// pause returns how long to wait after so many failed attempts, between half and
// once and a half the doubled step, so that many that failed together part.
func pause(attempts int) time.Duration {
	step := firstPause << min(max(attempts-1, 0), 20)
	step = min(step, longestPause)
	return step/2 + time.Duration(rand.Int64N(int64(step)))
}
