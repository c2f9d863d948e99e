package lease

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// ErrFenced says that another instance leads: what this one wanted to write is not
// written.
var ErrFenced = errors.New("another instance leads")

// Lease decides which of several instances polls and sends. In Redis it is a fencing
// number, higher than every holder's before, and a random token: where a failover loses
// the write that took it, the next holder may be given the same number, but is not taken
// for the former one. What a leader writes is refused once the lease is another's.
//
// Its end is told by two clocks. The monotonic one goes on while a process is stopped,
// and does not jump; but it stands still while the machine is suspended, which only the
// time of day shows. The lease is over when one of them says so.
type Lease struct {
	rdb  redis.UniversalClient
	log  *slog.Logger
	life time.Duration
	// Reach asks Telegram anything, and returns nil where an answer came, whatever it was.
	// With it a leader that has not reached Telegram for handOverAfter gives the lease to
	// an instance that stands by and does reach it. It may be set before Lead; nil for none.
	Reach func(ctx context.Context) error
	// Before is done before the lease is asked for, each time. It may be set before Lead; nil
	// for nothing.
	Before func(ctx context.Context)

	wall func() time.Time // the time of day

	held    atomic.Pointer[string]   // the value, while the lease is ours or was the last time
	highest atomic.Int64             // of the fencing numbers that this process has seen
	until   atomic.Pointer[deadline] // sending is allowed before
	lost    atomic.Pointer[error]    // that Redis has lost the fencing number
	gaveUp  atomic.Bool              // the lease, to an instance that reaches Telegram
}

// Life is how long a lease lasts without renewal. A standby looks every second, so it takes
// over within the sum of the two.
const Life = 5 * time.Second

const (
	renewEvery = time.Second
	lookEvery  = time.Second
	// margin is kept free at the end: what passed the check is on its way by then.
	margin = time.Second
)

// deadline is a moment on both clocks.
type deadline struct{ monotonic, wall time.Time }

func (d deadline) over(now, wall time.Time) bool {
	return !now.Before(d.monotonic) || !wall.Before(d.wall)
}

// New makes a lease that nobody holds yet.
func New(rdb redis.UniversalClient, log *slog.Logger) *Lease {
	l := &Lease{rdb: rdb, log: log, life: Life}
	l.wall = func() time.Time { return time.Now().Round(0) }
	l.held.Store(new(string))
	return l
}

// Value is what stands in Redis while this instance leads.
func (l *Lease) Value() string { return *l.held.Load() }

// Held reports whether this instance may send now. Once it said no, the lease is lost
// until it is won anew: what was not sent because of it is the next leader's.
func (l *Lease) Held() bool {
	for {
		until := l.until.Load()
		if until == nil {
			return false
		}
		if !until.over(time.Now(), l.wall()) {
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
	stand := standby{Lease: l}
	waiting := false
	for {
		if l.Before != nil {
			l.Before(ctx)
		}
		won, err := stand.ask(ctx)
		switch {
		case won:
			l.log.Info("this instance leads", "lease", l.Value())
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
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookEvery):
		}
	}
}

// acquireScript takes the lease if nobody holds it.
//
// KEYS[1] the lease, [2] the last fencing number
// ARGV[1] the life in milliseconds, [2] the token, [3] the highest number that the caller
// has seen
// Returns the new fencing number, or 0; and the last one as it stood there, empty for none.
var acquireScript = redis.NewScript(`
if redis.call('EXISTS', KEYS[1]) == 1 then return {0, ''} end
local last = redis.call('GET', KEYS[2]) or ''
if tonumber(last ~= '' and last or '0') < tonumber(ARGV[3]) then redis.call('SET', KEYS[2], ARGV[3]) end
local fence = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], string.format('%d', fence) .. ':' .. ARGV[2], 'PX', ARGV[1])
return {fence, last}
`)

func (l *Lease) acquire(ctx context.Context) (bool, error) {
	asked, token := l.deadline(), rand.Text()
	answer, err := acquireScript.Run(ctx, l.rdb, []string{Key, keyFence},
		l.life.Milliseconds(), token, l.highest.Load()).Slice()
	if err != nil {
		return false, fmt.Errorf("ask for the lease: %w", err)
	}
	fence, ok1 := answer[0].(int64)
	last, ok2 := answer[1].(string)
	if !ok1 || !ok2 {
		return false, fmt.Errorf("ask for the lease: Redis answers %v", answer)
	}
	if fence == 0 {
		return false, nil
	}
	l.compare(last)
	l.highest.Store(fence)
	value := strconv.FormatInt(fence, 10) + ":" + token
	l.held.Store(&value)
	l.until.Store(&asked)
	return true, nil
}

// deadline counts from the moment before the question, so that the lease here never
// outlasts the one in Redis.
func (l *Lease) deadline() deadline {
	life := l.life - margin
	return deadline{time.Now().Add(life), l.wall().Add(life)}
}

// hold does the work while the lease can be renewed, and gives it back afterwards: when
// ctx is done that is after the work has ended, for what it sent may still be landing.
func (l *Lease) hold(ctx context.Context, work func(ctx context.Context) error) error {
	working, stop := context.WithCancel(ctx)
	defer stop()
	held := context.WithoutCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- work(working) }()
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	duty := duty{Lease: l}
	for {
		select {
		case err := <-done:
			duty.wait()
			l.until.Store(nil)
			l.release(held)
			return err
		case <-tick.C:
		}
		var err error
		if l.Held() {
			err = l.renew(held)
		}
		if errors.Is(err, ErrFenced) {
			l.until.Store(nil)
		}
		switch {
		case working.Err() != nil:
		case !l.Held():
			l.log.Warn("lease lost, sending stops", "error", err)
			stop()
		case duty.over(working):
			l.log.Error("Telegram can't be reached from here, an instance that reaches it takes over", "since", duty.since)
			stop()
		}
	}
}

// renewScript lengthens the lease of its holder.
//
// KEYS[1] the lease; ARGV[1] its value, [2] the life in milliseconds
// Returns 1, or 0 when it is another's.
var renewScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`)

func (l *Lease) renew(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, renewEvery)
	defer cancel()
	until, asked := l.until.Load(), l.deadline()
	held, err := renewScript.Run(ctx, l.rdb, []string{Key}, l.Value(), l.life.Milliseconds()).Int()
	if err != nil {
		return fmt.Errorf("renew the lease: %w", err)
	}
	if held == 0 {
		return fmt.Errorf("renew the lease: %w", ErrFenced)
	}
	if until != nil {
		l.until.CompareAndSwap(until, &asked)
	}
	return nil
}

// releaseScript gives the lease back: its own, and nobody else's.
//
// KEYS[1] the lease; ARGV[1] its value
var releaseScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`)

// release lets a standby take over at once. Where it fails, the lease ends by itself.
func (l *Lease) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, renewEvery)
	defer cancel()
	if err := releaseScript.Run(ctx, l.rdb, []string{Key}, l.Value()).Err(); err != nil {
		l.log.Warn("lease not given back; it ends by itself", "error", err)
	}
}

// compare looks whether Redis still knew the last fencing number. A lower one is the mark
// of a failover, which may lose the last writes; none at all is the mark of a database
// that was emptied.
func (l *Lease) compare(last string) {
	known := l.highest.Load()
	switch n, err := strconv.ParseInt(last, 10, 64); {
	case known == 0 || err == nil && n >= known:
	case strings.TrimSpace(last) == "":
		lost := fmt.Errorf("the fencing number is gone from Redis, which was %d: its data may be lost", known)
		l.lost.Store(&lost)
		l.log.Error("Redis has lost what it knew", "error", lost)
	default:
		l.log.Warn("the fencing number in Redis is lower than before; a failover may have lost writes", "was", known, "is", last)
	}
}
