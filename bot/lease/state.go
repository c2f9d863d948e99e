package lease

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Taken reports whether any instance holds the lease.
func (l *Lease) Taken(ctx context.Context) (bool, error) {
	n, err := l.rdb.Exists(ctx, Key).Result()
	if err != nil {
		return false, fmt.Errorf("ask who holds the lease: %w", err)
	}
	return n > 0, nil
}

// Number returns the highest fencing number that this instance was given; 0 for none.
func (l *Lease) Number() int64 { return l.highest.Load() }

// Lost returns the error that Redis had lost the fencing number when this instance asked
// for the lease; nil where it had not.
func (l *Lease) Lost() error {
	if err := l.lost.Load(); err != nil {
		return *err
	}
	return nil
}

// LastNumber returns the last fencing number that any instance was given; 0 where Redis
// knows of none.
func (l *Lease) LastNumber(ctx context.Context) (int64, error) {
	last, err := l.rdb.Get(ctx, keyFence).Int64()
	if err != nil && !errors.Is(err, redis.Nil) {
		return 0, fmt.Errorf("ask for the last fencing number: %w", err)
	}
	return last, nil
}

// raiseScript brings the last fencing number to at least a number.
//
// KEYS[1] the last fencing number; ARGV[1] the number
var raiseScript = redis.NewScript(`
if tonumber(redis.call('GET', KEYS[1]) or '0') < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
return 1
`)

// Raise makes sure that whoever leads next is given a higher fencing number than this.
func (l *Lease) Raise(ctx context.Context, number int64) error {
	if err := raiseScript.Run(ctx, l.rdb, []string{keyFence}, number).Err(); err != nil {
		return fmt.Errorf("raise the last fencing number: %w", err)
	}
	return nil
}
