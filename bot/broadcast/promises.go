package broadcast

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
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

// changeWithin bounds how long a chat's new times take to be written, once they are about to be:
// seconds, unless the process stands still.
const changeWithin = 24 * time.Hour

// changes notes that a chat's times are about to change.
func (s promises) changes(ctx context.Context, chat int64) error {
	now := time.Now()
	pipe := s.rdb.TxPipeline()
	pipe.ZAdd(ctx, keyChanging, redis.Z{Score: float64(now.Unix()), Member: chat})
	pipe.ZRemRangeByScore(ctx, keyChanging, "-inf", id(now.Add(-changeWithin).Unix()))
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("note that the times of chat %d change: %w", chat, err)
	}
	return nil
}

// changing returns the chats whose times may be about to change.
func (s promises) changing(ctx context.Context) (map[int64]bool, error) {
	members, err := s.rdb.ZRange(ctx, keyChanging, 0, -1).Result()
	if err != nil {
		return nil, fmt.Errorf("list whose times change: %w", err)
	}
	chats := make(map[int64]bool, len(members))
	for _, member := range members {
		chat, err := strconv.ParseInt(member, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("list whose times change: %w", err)
		}
		chats[chat] = true
	}
	return chats, nil
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
