package broadcast

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
)

// Who changes when news come while a digest is under way has it, or its other parts, still
// to get, and it is by the former times that it is due. So these are kept with the digest
// until it ends.

// promise is what of a chat's preferences says which digest is due to it.
type promise struct {
	When        subscriptions.When
	PausedUntil time.Time
	Owed        subscriptions.Owed
}

// KeepDigests is to be called before a chat's times change: the digests that are under way
// reach it by its present ones. It returns until which hour digests have been planned, for
// subscriptions.Preferences.Reschedule; the zero time where there were none yet. It works
// on every instance.
func (e *Engine) KeepDigests(ctx context.Context, chat int64) (until time.Time, err error) {
	last, err := e.plans.lastDigest(ctx) // first: what is planned meanwhile is among the running ones
	if err != nil {
		return until, err
	}
	running, err := e.plans.running(ctx)
	if err != nil {
		return until, err
	}
	p, _, err := e.Store.Get(ctx, chat)
	if err != nil && !errors.As(err, new(*subscriptions.Unreadable)) {
		return until, err
	}
	for _, b := range running {
		if b.Kind != Digest {
			continue
		}
		last = max(last, -b.ID)
		if r := (&run{plan: b.plan}); e.slot(p, r.from(), r.plannedAt()).IsZero() {
			continue
		}
		value, err := json.Marshal(promise{p.When, p.PausedUntil, p.Owed})
		if err != nil {
			return until, fmt.Errorf("keep the digest of chat %d: %w", chat, err)
		}
		if err := e.Redis.HSet(ctx, keyPromised(b.ID), chat, value).Err(); err != nil {
			return until, fmt.Errorf("keep the digest of chat %d: %w", chat, err)
		}
	}
	if last > 0 {
		until = time.Unix(last*3600, 0)
	}
	return until, nil
}

// recall gives the preferences the times by which a digest is due to a chat, where they
// have changed since its hour.
func (s *session) recall(ctx context.Context, r *run, chat int64, p *subscriptions.Preferences) error {
	if r.Kind != Digest || !p.Owed.Until.After(r.plannedAt()) {
		return nil
	}
	value, err := s.Redis.HGet(ctx, keyPromised(r.ID), id(chat)).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil
	}
	var kept promise
	if err == nil {
		err = json.Unmarshal(value, &kept)
	}
	if err != nil {
		return fmt.Errorf("read by which times digest %d is due to chat %d: %w", r.ID, chat, err)
	}
	p.When, p.PausedUntil, p.Owed = kept.When, kept.PausedUntil, kept.Owed
	return nil
}
