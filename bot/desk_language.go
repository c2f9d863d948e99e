package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// keyPhones: hash, user → the language of the phone of somebody at the desk who has chosen none.
const keyPhones = "{news}:desk:phones"

// phoneOf is the language of somebody's phone; empty where it is not known.
func (b *Bot) phoneOf(ctx context.Context, user int64) (string, error) {
	if b.desk == nil {
		return "", nil
	}
	language, err := b.admins.Redis.HGet(ctx, keyPhones, decimal(user)).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return "", fmt.Errorf("the language of %d: %w", user, err)
	}
	return language, nil
}

// forgetPhone deletes what is remembered of somebody's phone.
func (b *Bot) forgetPhone(ctx context.Context, user int64) error {
	if b.admins.Redis == nil { // there may have been a desk before
		return nil
	}
	if err := b.admins.Redis.HDel(ctx, keyPhones, decimal(user)).Err(); err != nil {
		return fmt.Errorf("forget the language of %d: %w", user, err)
	}
	return nil
}
