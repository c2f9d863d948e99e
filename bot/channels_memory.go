package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// keyChannels: hash, channel → user id of who chose its language, to be told what the bot
	// may not do there.
	keyChannels = "{news}:channels"
	// adderRemembered is how long a question waits for who added the bot to a channel and
	// never pressed Start.
	adderRemembered = 30 * 24 * time.Hour
	// movedRemembered is how long a supergroup is known to have been a group.
	movedRemembered = time.Hour
)

// keyAdder: hash, channel → its title: where somebody added the bot who can't be asked yet; it expires.
func keyAdder(user int64) string { return "{news}:adder:" + decimal(user) }

// keyMoved: string, that the supergroup was a group before; it expires.
func keyMoved(chat int64) string { return "{news}:moved:" + decimal(chat) }

// writes does something in Redis for groups and channels; nothing where there is none.
func (b *Bot) writes(ctx context.Context, what string, do func(p redis.Pipeliner)) error {
	if b.admins.Redis == nil {
		return nil
	}
	_, err := b.admins.Redis.TxPipelined(ctx, func(p redis.Pipeliner) error {
		do(p)
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// noteAdder keeps that somebody is to be asked about a channel.
func (b *Bot) noteAdder(ctx context.Context, user, channel int64, title string) error {
	return b.writes(ctx, "note who added the bot to a channel", func(p redis.Pipeliner) {
		p.HSet(ctx, keyAdder(user), decimal(channel), title)
		p.Expire(ctx, keyAdder(user), adderRemembered)
	})
}

// dropAdder forgets it: somebody was asked.
func (b *Bot) dropAdder(ctx context.Context, user int64, channel string) error {
	return b.writes(ctx, "note that somebody was asked about a channel", func(p redis.Pipeliner) { p.HDel(ctx, keyAdder(user), channel) })
}

// unasked are the channels that somebody is to be asked about, with their titles.
func (b *Bot) unasked(ctx context.Context, user int64) (map[string]string, error) {
	if b.admins.Redis == nil {
		return nil, nil
	}
	channels, err := b.admins.Redis.HGetAll(ctx, keyAdder(user)).Result()
	if err != nil {
		return nil, fmt.Errorf("which channels to ask %d about: %w", user, err)
	}
	return channels, nil
}

// noteKeeper keeps who chose a channel's language.
func (b *Bot) noteKeeper(ctx context.Context, channel, user int64) error {
	return b.writes(ctx, "note who looks after a channel", func(p redis.Pipeliner) { p.HSet(ctx, keyChannels, decimal(channel), user) })
}

// keeperOf is who chose a channel's language; 0 where nobody is known.
func (b *Bot) keeperOf(ctx context.Context, channel int64) (int64, error) {
	if b.admins.Redis == nil {
		return 0, nil
	}
	user, err := b.admins.Redis.HGet(ctx, keyChannels, decimal(channel)).Int64()
	if err != nil && !errors.Is(err, redis.Nil) {
		return 0, fmt.Errorf("who looks after channel %d: %w", channel, err)
	}
	return user, nil
}

// forgetChannels deletes what is kept of a person's channels, or of a channel.
func (b *Bot) forgetChannels(ctx context.Context, chat int64) error {
	if b.admins.Redis == nil {
		return nil
	}
	gone := []string{decimal(chat)}
	if chat > 0 {
		channels, err := b.admins.Redis.HGetAll(ctx, keyChannels).Result()
		if err != nil {
			return fmt.Errorf("forget the channels of %d: %w", chat, err)
		}
		for channel, user := range channels {
			if user == decimal(chat) {
				gone = append(gone, channel)
			}
		}
	}
	return b.writes(ctx, "forget channels", func(p redis.Pipeliner) {
		p.HDel(ctx, keyChannels, gone...)
		p.Del(ctx, keyAdder(chat), keyMoved(chat))
	})
}

// noteMoved keeps for a while that a supergroup was a group.
func (b *Bot) noteMoved(ctx context.Context, to int64) error {
	return b.writes(ctx, "note that a group has moved", func(p redis.Pipeliner) { p.Set(ctx, keyMoved(to), "1", movedRemembered) })
}

// hasMoved reports whether a supergroup was a group a moment ago.
func (b *Bot) hasMoved(ctx context.Context, chat int64) (bool, error) {
	if b.admins.Redis == nil {
		return false, nil
	}
	n, err := b.admins.Redis.Exists(ctx, keyMoved(chat)).Result()
	if err != nil {
		return false, fmt.Errorf("whether group %d has moved: %w", chat, err)
	}
	return n > 0, nil
}
