package broadcast

import (
	"context"
	"time"
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

// gate lets messages pass: when Telegram takes any, at the rate over all chats, and not
// too many on their way at once.
type gate struct {
	limiter *Limiter
	breaker *breaker
	places  chan struct{}
}

func newGate(l *Limiter, b *breaker) *gate {
	return &gate{limiter: l, breaker: b, places: make(chan struct{}, atOnce)}
}

// pass is the right to send one message. Who has one leaves in the end.
type pass struct {
	*gate
	since time.Time // when it was given
	probe bool      // it is the message that looks whether Telegram answers again
}

// enter waits for a place and for the moment at which the next message may go.
func (g *gate) enter(ctx context.Context) (*pass, error) {
	select {
	case g.places <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p := &pass{gate: g}
	err := p.admit(ctx)
	if err == nil {
		err = g.limiter.wait(ctx)
	}
	if err != nil {
		p.leave()
		return nil, err
	}
	p.since = time.Now()
	return p, nil
}

// admit waits until the breaker lets the message pass.
func (p *pass) admit(ctx context.Context) error {
	for {
		left, probe := p.breaker.admit(time.Now())
		if p.probe = p.probe || probe; p.probe || left <= 0 {
			return ctx.Err()
		}
		if err := sleep(ctx, left); err != nil {
			return err
		}
	}
}

// stale is how long a message may take from its moment to Telegram's door.
const stale = 200 * time.Millisecond

// renew waits for another moment where the one at which a sender passed is over: it was
// held up since, or the breaker has closed. All whom a slow Redis held up would else go
// at once.
func (p *pass) renew(ctx context.Context) error {
	if err := p.admit(ctx); err != nil || time.Since(p.since) < stale {
		return err
	}
	return p.limiter.wait(ctx)
}

// refund gives back the moment at which nothing was sent, unless it is long over.
func (p *pass) refund() {
	if time.Since(p.since) < stale {
		p.limiter.refund()
	}
}

// leave gives the place back.
func (p *pass) leave() {
	if p.probe {
		p.breaker.landed()
	}
	<-p.places
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
