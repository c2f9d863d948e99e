package lease

import (
	"context"
	"fmt"
	"time"
)

// A leader that does not reach Telegram, from a machine without internet, is of no use
// while another instance could lead. It gives the lease up when such a one stands by, and
// only then: an instance announces itself only while it reaches Telegram, so that nothing
// goes to and fro when nobody does.

const (
	reachEvery    = 10 * time.Second // how often an instance looks whether it reaches Telegram
	reachWithin   = 5 * time.Second  // how long that may take
	handOverAfter = time.Minute      // without Telegram
	// standbyLife is how long an instance that stands by counts as ready.
	standbyLife = 2*reachEvery + reachWithin
	// stepBack is how long a leader that gave the lease up leaves it to others; then
	// nobody has wanted it.
	stepBack = 3 * Life
)

// reaches reports whether Telegram answers here.
func (l *Lease) reaches(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, reachWithin)
	defer cancel()
	return l.Reach(ctx) == nil
}

// standby is an instance that wants the lease.
type standby struct {
	*Lease
	looked time.Time // whether Telegram is reached
	free   time.Time // since when nobody holds the lease, as far as seen here
}

// ask asks for the lease. Who does not reach Telegram takes it only when nobody else does.
func (s *standby) ask(ctx context.Context) (won bool, err error) {
	if s.Reach == nil {
		return s.acquire(ctx)
	}
	holder, err := s.rdb.Exists(ctx, Key).Result()
	if err != nil {
		return false, fmt.Errorf("look at the lease: %w", err)
	}
	if holder == 1 {
		s.free = time.Time{}
		return false, s.announce(ctx)
	}
	if s.gaveUp.Load() && !s.reaches(ctx) {
		if s.free.IsZero() {
			s.free = time.Now()
		}
		if time.Since(s.free) < stepBack {
			return false, nil
		}
	}
	won, err = s.acquire(ctx)
	if won {
		s.free = time.Time{}
		s.gaveUp.Store(false)
	}
	return won, err
}

// announce lets the leader know that this instance could lead.
func (s *standby) announce(ctx context.Context) error {
	if time.Since(s.looked) < reachEvery {
		return nil
	}
	s.looked = time.Now()
	if !s.reaches(ctx) {
		return nil
	}
	if err := s.rdb.Set(ctx, keyStandby, "ready", standbyLife).Err(); err != nil {
		return fmt.Errorf("stand by: %w", err)
	}
	return nil
}

// duty is the time of an instance as the leader.
type duty struct {
	*Lease
	looked time.Time
	since  time.Time // when Telegram was reached last
	asking chan bool // the answer of a look that is under way
}

// over reports whether the lease is to be given up.
func (d *duty) over(ctx context.Context) bool {
	if d.Reach == nil {
		return false
	}
	if d.since.IsZero() {
		d.since = time.Now()
	}
	select {
	case reached := <-d.asking:
		d.asking = nil
		if reached {
			d.since = time.Now()
		}
	default:
	}
	if d.asking == nil && time.Since(d.looked) >= reachEvery {
		d.looked = time.Now()
		asking := make(chan bool, 1)
		d.asking = asking
		go func() { asking <- d.reaches(ctx) }() // wait waits for it
	}
	if time.Since(d.since) < handOverAfter {
		return false
	}
	ready, err := d.rdb.Exists(ctx, keyStandby).Result()
	if err != nil || ready == 0 {
		return false
	}
	d.gaveUp.Store(true)
	return true
}

// wait returns when no look is under way.
func (d *duty) wait() {
	if d.asking != nil {
		<-d.asking
	}
}
