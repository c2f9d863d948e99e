package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// adminsRemember is how long it is remembered what an administrator was told last, and
// what was decided.
const adminsRemember = 90 * 24 * time.Hour

// keyTold: hash, source, batch, broadcast or fault → what the administrator was told of it; it expires.
func keyTold(admin int64) string { return "{news}:told:" + decimal(admin) }

// keyDecided: string, what was decided of a batch; it expires.
func keyDecided(batch string) string { return "{news}:decided:" + batch }

func (b *Bot) told(ctx context.Context, admin int64) (map[string]string, error) {
	told, err := b.admins.Redis.HGetAll(ctx, keyTold(admin)).Result()
	if err != nil {
		return nil, fmt.Errorf("what administrator %d was told: %w", admin, err)
	}
	return told, nil
}

func (b *Bot) noteTold(ctx context.Context, admin int64, about, state string) error {
	key := keyTold(admin)
	_, err := b.admins.Redis.TxPipelined(ctx, func(p redis.Pipeliner) error {
		if state == "" {
			p.HDel(ctx, key, about)
		} else {
			p.HSet(ctx, key, about, state)
		}
		p.Expire(ctx, key, adminsRemember)
		return nil
	})
	if err != nil {
		return fmt.Errorf("note what administrator %d was told: %w", admin, err)
	}
	return nil
}

// decided is what was decided of a batch; "" for nothing.
func (b *Bot) decided(ctx context.Context, batch string) (string, error) {
	decision, err := b.admins.Redis.Get(ctx, keyDecided(batch)).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return "", fmt.Errorf("what was decided: %w", err)
	}
	return decision, nil
}

// decide decides of a batch, unless that was done, and returns what is decided.
func (b *Bot) decide(ctx context.Context, batch, decision string) (string, error) {
	if err := b.admins.Redis.SetNX(ctx, keyDecided(batch), decision, adminsRemember).Err(); err != nil {
		return "", fmt.Errorf("decide: %w", err)
	}
	return b.decided(ctx, batch)
}
