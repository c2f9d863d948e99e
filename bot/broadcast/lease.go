package broadcast

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// ErrFenced says that another instance leads: what this one wanted to write is not
// written.
var ErrFenced = errors.New("another instance leads")

// Lease decides which of several instances polls and sends. Who holds it has a
// fencing number, higher than every holder's before; what a leader writes is refused
// once the lease is another's. Its end is told by the monotonic clock, which goes on
// while a process is stopped: a leader that was frozen knows at once that it may have
// lost the lease.
type Lease struct {
	rdb  redis.UniversalClient
	log  *slog.Logger
	life time.Duration

	fence atomic.Int64
	until atomic.Pointer[time.Time] // sending is allowed before
}

// leaseLife is how long a lease lasts without renewal. A standby looks every
// leaseLook, so it takes over within the sum of the two.
const (
	leaseLife  = 5 * time.Second
	leaseRenew = time.Second
	leaseLook  = time.Second
	// leaseMargin is kept free at the end: what passed the check is on its way by then.
	leaseMargin = time.Second
)

// NewLease makes a lease that nobody holds yet.
func NewLease(rdb redis.UniversalClient, log *slog.Logger) *Lease {
	return &Lease{rdb: rdb, log: log, life: leaseLife}
}

// Held says whether this instance may send now. Once it said no, the lease is lost
// until it is won anew: what was not sent because of it is the next leader's.
func (l *Lease) Held() bool {
	for {
		until := l.until.Load()
		if until == nil {
			return false
		}
		if time.Now().Before(*until) {
			return true
		}
		if l.until.CompareAndSwap(until, nil) {
			return false
		}
	}
}

// Lead waits for the lease and then does the work, whose context ends when the lease
// is lost; then it waits again. It returns when ctx is done, or when the work fails.
func (l *Lease) Lead(ctx context.Context, work func(ctx context.Context) error) error {
	waiting := false
	for {
		won, err := l.acquire(ctx)
		switch {
		case won:
			l.log.Info("this instance leads", "fence", l.fence.Load())
			if err := l.hold(ctx, work); err != nil {
				return err
			}
			waiting = false
		case err != nil && ctx.Err() == nil:
			l.log.Warn("lease not asked for, trying again", "error", err)
		case !waiting:
			l.log.Info("another instance leads, standing by")
			waiting = true
		}
		if sleep(ctx, leaseLook) != nil {
			return nil
		}
	}
}

// acquireScript takes the lease if nobody holds it.
//
// KEYS[1] the lease, [2] the last fencing number; ARGV[1] its life in milliseconds
// Returns the new fencing number, or 0.
var acquireScript = redis.NewScript(`
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local fence = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], fence, 'PX', ARGV[1])
return fence
`)

func (l *Lease) acquire(ctx context.Context) (bool, error) {
	asked := time.Now()
	fence, err := acquireScript.Run(ctx, l.rdb, []string{keyLease, keyFence}, l.life.Milliseconds()).Int64()
	if err != nil {
		return false, fmt.Errorf("ask for the lease: %w", err)
	}
	if fence == 0 {
		return false, nil
	}
	l.fence.Store(fence)
	l.until.Store(l.lasting(asked))
	return true, nil
}

// lasting counts from the moment before the question, so that the lease here never
// outlasts the one in Redis.
func (l *Lease) lasting(asked time.Time) *time.Time {
	until := asked.Add(l.life - leaseMargin)
	return &until
}

// hold does the work while the lease can be renewed, and gives it back afterwards.
func (l *Lease) hold(ctx context.Context, work func(ctx context.Context) error) error {
	working, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- work(working) }()
	tick := time.NewTicker(leaseRenew)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			l.until.Store(nil)
			l.release(context.WithoutCancel(ctx))
			return err
		case <-tick.C:
		}
		err := l.renew(working)
		if errors.Is(err, ErrFenced) {
			l.until.Store(nil)
		}
		if !l.Held() && working.Err() == nil {
			l.log.Warn("lease lost, sending stops", "error", err)
			stop()
		}
	}
}

// renewScript lengthens the lease of its holder.
//
// KEYS[1] the lease; ARGV[1] the fencing number, [2] the life in milliseconds
// Returns 1, or 0 when it is another's.
var renewScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`)

func (l *Lease) renew(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, leaseRenew)
	defer cancel()
	until, asked := l.until.Load(), time.Now()
	held, err := renewScript.Run(ctx, l.rdb, []string{keyLease}, l.fence.Load(), l.life.Milliseconds()).Int()
	if err != nil {
		return fmt.Errorf("renew the lease: %w", err)
	}
	if held == 0 {
		return fmt.Errorf("renew the lease: %w", ErrFenced)
	}
	if until != nil {
		l.until.CompareAndSwap(until, l.lasting(asked))
	}
	return nil
}

// releaseScript gives the lease back.
//
// KEYS[1] the lease; ARGV[1] the fencing number
var releaseScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`)

// release lets a standby take over at once. Where it fails, the lease ends by itself.
func (l *Lease) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, leaseRenew)
	defer cancel()
	if err := releaseScript.Run(ctx, l.rdb, []string{keyLease}, l.fence.Load()).Err(); err != nil {
		l.log.Warn("lease not given back; it ends by itself", "error", err)
	}
}
