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

// promises keeps by which times a running digest is due to chats that change theirs
// meanwhile: who does has it, or its other parts, still to get.
type promises struct {
	rdb redis.UniversalClient
}

// promise is what of a chat's preferences says which digest is due to it.
type promise struct {
	When        subscriptions.When
	PausedUntil time.Time
	Owed        subscriptions.Owed
}

func (s promises) keep(ctx context.Context, digest, chat int64, p subscriptions.Preferences) error {
	value, err := json.Marshal(promise{p.When, p.PausedUntil, p.Owed})
	if err == nil {
		err = s.rdb.HSet(ctx, keyPromised(digest), chat, value).Err()
	}
	if err != nil {
		return fmt.Errorf("keep digest %d for chat %d: %w", digest, chat, err)
	}
	return nil
}

// recall gives the preferences the times by which the digest is due to the chat, where they
// have changed.
func (s promises) recall(ctx context.Context, digest, chat int64, p *subscriptions.Preferences) error {
	value, err := s.rdb.HGet(ctx, keyPromised(digest), id(chat)).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil
	}
	var kept promise
	if err == nil {
		err = json.Unmarshal(value, &kept)
	}
	if err != nil {
		return fmt.Errorf("read by which times digest %d is due to chat %d: %w", digest, chat, err)
	}
	p.When, p.PausedUntil, p.Owed = kept.When, kept.PausedUntil, kept.Owed
	return nil
}
