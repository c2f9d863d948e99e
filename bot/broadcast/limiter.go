package broadcast

import (
	"context"
	"sync"
	"time"
)

// burst lets a sender that was held up for a moment catch up; Telegram counts over
// a second.
const burst = 3

// What answers may take from broadcasts. Telegram counts over a second, so that more than a
// second's worth of answers is owed to nobody; and whoever taps without end must not stop
// the news.
const (
	longestDebt = time.Second
	leastShare  = 1.0 / 3 // of the rate, for broadcasts
)

// How the rate follows what Telegram says, as parts of the configured one.
const (
	slowerBy = 0.7   // of the rate now, after Telegram asked everybody to wait
	slowest  = 0.1   // at least
	fasterBy = 0.002 // more, for each message delivered
)

// Limiter is the one budget for all that counts towards Telegram's limit over all chats.
// Answers to people spend from it and go at once; broadcasts wait for what is left. It knows,
// too, what may go to one group. It is safe for concurrent use.
type Limiter struct {
	turn  chan struct{} // held by the one who waits for the next place
	freed chan struct{} // holds a token when a place was given back

	groups groupLimits

	mu   sync.Mutex
	full float64 // messages a second, as configured; 0 for no limit
	rate float64 // likewise, now
	// used is the moment at which all that was spent will have been earned (the generic
	// cell rate algorithm). What was not spent in time is lost, but for the burst.
	used    time.Time
	sent    time.Time // when a broadcast last took a place
	answers int       // places taken for them
}

// NewLimiter returns a budget of so many messages a second; 0 means no limit.
func NewLimiter(perSecond float64) *Limiter {
	perSecond = max(0, perSecond)
	return &Limiter{turn: make(chan struct{}, 1), freed: make(chan struct{}, 1), full: perSecond, rate: perSecond}
}

// ShareGroups leaves half of the answers that a group takes a minute to another instance, which
// answers people beside this one. It is to be called before the budget is used.
func (l *Limiter) ShareGroups() { l.groups.shared = true }

// Spend takes a place for a message that goes now, and never waits: broadcasts wait for
// longer instead. A broadcast's own messages, which have waited for theirs, cost nothing.
func (l *Limiter) Spend(ctx context.Context) {
	if ctx.Value(paid{}) != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.take(now)
	l.answers++
	if most := now.Add(longestDebt); l.used.After(most) {
		l.used = most
	}
}

// paid marks the context of a delivery that has waited for its place. All calls of one
// delivery are one message: a next one is made only when Telegram refused the last.
type paid struct{}

func withPlace(ctx context.Context) context.Context { return context.WithValue(ctx, paid{}, true) }

// wait waits for a place and takes it.
func (l *Limiter) wait(ctx context.Context) error {
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.turn }()
	for {
		left := l.tryTake(time.Now())
		if left <= 0 {
			return ctx.Err()
		}
		select {
		case <-time.After(left):
		case <-l.freed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tryTake takes a place if one is there, and returns how long to wait if not.
func (l *Limiter) tryTake(now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	left := l.used.Add(-(burst - 1) * l.each()).Sub(now)
	left = min(left, l.sent.Add(time.Duration(float64(l.each())/leastShare)).Sub(now))
	if l.rate > 0 && left > 0 {
		return left
	}
	l.take(now)
	l.sent = now
	return 0
}

// refund gives a place back with which nothing was sent: the next one may go at once. More
// than a burst never comes together so.
func (l *Limiter) refund() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used = l.used.Add(-l.each())
	select {
	case l.freed <- struct{}{}:
	default:
	}
}

// slower and faster set the rate.
func (l *Limiter) slower() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rate = max(l.full*slowest, l.rate*slowerBy)
}

func (l *Limiter) faster() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rate = min(l.full, l.rate+l.full*fasterBy)
}

// take spends a place; the caller holds the lock.
func (l *Limiter) take(now time.Time) {
	if l.used.Before(now) {
		l.used = now
	}
	l.used = l.used.Add(l.each())
}

// each is what one place costs.
func (l *Limiter) each() time.Duration {
	if l.rate == 0 {
		return 0
	}
	return time.Duration(float64(time.Second) / l.rate)
}
