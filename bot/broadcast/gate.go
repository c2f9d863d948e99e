package broadcast

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Telegram's limits for one chat, from its bot FAQ: a message a second, in a group
// twenty a minute. Groups have ids below zero.
const (
	privateDistance = time.Second
	groupDistance   = 3 * time.Second
)

func distance(chat int64) time.Duration {
	if chat < 0 {
		return groupDistance
	}
	return privateDistance
}

// How the gate judges answers that come from many chats.
const (
	crowd        = 3 // so many chats in a row with the same trouble: it is not theirs
	crowdWindow  = 5 * time.Second
	slowerBy     = 0.7   // the rate after Telegram asked everybody to wait
	slowest      = 0.1   // of the configured rate
	fasterBy     = 0.002 // of the configured rate, for each message delivered
	longestBreak = time.Minute
)

// burst lets a sender that was held up for a moment catch up; Telegram counts over
// a second.
const burst = 3

// gate holds the rate over all chats, and how many messages may be on their way.
// Answers to people don't pass it.
type gate struct {
	limiter *rate.Limiter
	full    rate.Limit
	places  chan struct{}

	mu       sync.Mutex
	unused   int                 // places in the rate that were given back
	until    time.Time           // nothing passes before
	told     map[int64]time.Time // chats that were asked to wait lately
	failures int                 // transient ones in a row
	breaks   int                 // pauses in a row because everything failed
}

func newGate(perSecond float64) *gate {
	full := rate.Limit(perSecond)
	if perSecond <= 0 {
		full = rate.Inf
	}
	return &gate{
		limiter: rate.NewLimiter(full, burst),
		full:    full,
		places:  make(chan struct{}, atOnce),
		told:    make(map[int64]time.Time),
	}
}

// probeEvery is how often a sender that may have only one message on its way looks
// whether that one landed.
const probeEvery = 20 * time.Millisecond

// enter waits for a place and for the moment at which the next message may go. Who
// entered has to leave.
func (g *gate) enter(ctx context.Context) error {
	select {
	case g.places <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		left, alone := g.closedFor(time.Now())
		if alone && len(g.places) > 1 {
			left = max(left, probeEvery)
		}
		err := ctx.Err()
		switch {
		case err == nil && left > 0:
			err = sleep(ctx, left)
		case err == nil && g.reuse():
			return nil
		case err == nil:
			if err = g.limiter.Wait(ctx); err == nil {
				return nil
			}
		}
		if err != nil {
			g.leave()
			return err
		}
	}
}

// stale is how long a message may take from its moment to Telegram's door.
const stale = 200 * time.Millisecond

// renew waits for another moment where the one at which a sender passed is over: it was
// held up since, or the gate has closed. All whom a slow Redis held up would else go at
// once.
func (g *gate) renew(ctx context.Context, passed time.Time) error {
	left, _ := g.closedFor(time.Now())
	for ; left > 0; left, _ = g.closedFor(time.Now()) {
		if err := sleep(ctx, left); err != nil {
			return err
		}
	}
	if time.Since(passed) < stale {
		return nil
	}
	return g.limiter.Wait(ctx)
}

// leave gives a place back.
func (g *gate) leave() { <-g.places }

// refund says that nothing was sent at the moment that enter waited for: the next one
// may go at once.
func (g *gate) refund() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unused++
}

func (g *gate) reuse() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.unused == 0 {
		return false
	}
	g.unused--
	return true
}

// closedFor returns how long nothing passes, and whether then only one message may be
// on its way: so it is while everything fails, to see whether it is over.
func (g *gate) closedFor(now time.Time) (time.Duration, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.until.Sub(now), g.breaks > 0
}

// delivered says that Telegram took a message, or refused it for the chat's own sake.
func (g *gate) delivered() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failures, g.breaks = 0, 0
	if now := g.limiter.Limit(); now < g.full {
		g.limiter.SetLimit(min(g.full, now+g.full*fasterBy))
	}
}

// failed says that an attempt failed for a passing reason.
func (g *gate) failed(now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failures++
	if g.failures < crowd && g.breaks == 0 || now.Before(g.until) {
		return
	}
	g.breaks++
	g.until = now.Add(min(pause(g.breaks), longestBreak))
}

// slowDown says that Telegram asked a chat to wait. When it asks several, everybody
// waits, and goes on more slowly.
func (g *gate) slowDown(chat int64, after time.Duration, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for c, at := range g.told {
		if now.Sub(at) > crowdWindow {
			delete(g.told, c)
		}
	}
	g.told[chat] = now
	if len(g.told) < crowd && now.After(g.until) {
		return
	}
	waiting := now.Before(g.until)
	if until := now.Add(after); until.After(g.until) {
		g.until = until
	}
	if !waiting && g.full != rate.Inf {
		g.limiter.SetLimit(max(g.full*slowest, g.limiter.Limit()*slowerBy))
	}
}

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
