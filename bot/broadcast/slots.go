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

// atOnce bounds the messages on their way to Telegram: enough for 3,000 a second at
// 80 milliseconds each, and no more than may come twice after a crash.
const atOnce = 256

// slots are the right to send: a message gets one when the breaker lets it pass, at the
// limiter's rate, and while fewer than atOnce are on their way.
type slots struct {
	limiter  *Limiter
	breaker  *breaker
	inFlight chan struct{}
}

func newSlots(l *Limiter, b *breaker) *slots {
	return &slots{limiter: l, breaker: b, inFlight: make(chan struct{}, atOnce)}
}

// slot is the right to send one message. It must be released in the end.
type slot struct {
	*slots
	limiter *Limiter  // whose turn it is
	since   time.Time // when that was
	used    bool      // a message was sent at that turn
	probe   bool      // it is the message that looks whether Telegram answers again
}

// acquire waits until one message more may be on its way, and for its turn at the rate: another
// one where it is paid for.
func (s *slots) acquire(ctx context.Context, paid bool) (*slot, error) {
	select {
	case s.inFlight <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	got := &slot{slots: s, limiter: s.limiter}
	if paid {
		got.limiter = s.limiter.paid
	}
	err := got.admit(ctx)
	if err == nil {
		err = got.limiter.wait(ctx)
	}
	if err != nil {
		got.release()
		return nil, err
	}
	got.since = time.Now()
	return got, nil
}

// admit waits until the breaker lets the message pass.
func (s *slot) admit(ctx context.Context) error {
	for {
		left, probe := s.breaker.admit(time.Now())
		if s.probe = s.probe || probe; s.probe || left <= 0 {
			return ctx.Err()
		}
		if err := sleep(ctx, left); err != nil {
			return err
		}
	}
}

// stale is how long a message may take from its moment to Telegram's door.
const stale = 200 * time.Millisecond

// renew waits for another turn where the sender's is over: it was held up since, or the
// breaker has opened. Otherwise all that a slow Redis held up would go at once.
func (s *slot) renew(ctx context.Context) error {
	if err := s.admit(ctx); err != nil || time.Since(s.since) < stale {
		return err
	}
	return s.limiter.wait(ctx)
}

// release lets another message be sent: at the same turn, where nothing was sent at it and
// it is not long over.
func (s *slot) release() {
	if !s.used && time.Since(s.since) < stale {
		s.limiter.refund()
	}
	if s.probe {
		s.breaker.probeEnded()
	}
	<-s.inFlight
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
