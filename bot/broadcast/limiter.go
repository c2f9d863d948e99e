package broadcast

import (
	"context"
	"sync"
	"time"
)

// burst lets a sender that was held up for a moment catch up; Telegram counts over
// a second. What is paid for goes so fast that a timer is late by several places.
const (
	burst     = 3
	paidBurst = 1.0 / 50 // of the rate
)

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
	burst  float64  // places that may come at once
	paid   *Limiter // for what is paid for, which counts towards no other limit; nil where nothing is

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
	return &Limiter{turn: make(chan struct{}, 1), freed: make(chan struct{}, 1), burst: burst, full: perSecond, rate: perSecond}
}

// Pay has what is paid for go at a rate of its own. It is to be called before the budget is
// used; 0 means that nothing is paid for.
func (l *Limiter) Pay(perSecond float64) {
	if perSecond > 0 {
		l.paid = NewLimiter(perSecond)
		l.paid.burst = max(burst, perSecond*paidBurst)
	}
}

// ShareGroups shares the answers that a group takes a minute among so many instances that answer
// people, this one included. It may be called at any time.
func (l *Limiter) ShareGroups(instances int) { l.groups.share(instances) }

// Spend takes a place for a message that goes now, and never waits: broadcasts wait for
// longer instead. A broadcast's own messages, which have waited for theirs, cost nothing.
func (l *Limiter) Spend(ctx context.Context) {
	if ctx.Value(withinPlace{}) != nil {
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

// withinPlace marks the context of a delivery that has waited for its place. All calls of one
// delivery are one message: a next one is made only when Telegram refused the last.
type withinPlace struct{}

func withPlace(ctx context.Context) context.Context {
	return context.WithValue(ctx, withinPlace{}, true)
}

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
	left := l.used.Add(-time.Duration((l.burst - 1) * float64(l.each()))).Sub(now)
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

// slower and faster set the rate, and that of what is paid for.
func (l *Limiter) slower() {
	if l.paid != nil {
		l.paid.slower()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rate = max(l.full*slowest, l.rate*slowerBy)
}

func (l *Limiter) faster() {
	if l.paid != nil {
		l.paid.faster()
	}
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
