package broadcast

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// suspects keeps in Redis the chats whose answers a doubt counts, so that a restart goes on
// with the count. Otherwise a program that ends again and again would mark one chat after
// the other.
type suspects struct {
	rdb redis.UniversalClient
}

// suspect is one chat and what it answered: gone, blocked, or refused with the reason.
type suspect struct {
	chat     int64
	at       time.Time
	attempts int // those that the doubt looked at then
	answer   string
	reason   string
}

// note is to be called before the chat is marked.
func (s suspects) note(ctx context.Context, broadcast int64, who suspect) error {
	value := fmt.Sprintf("%d %d %s %s", who.at.UnixMilli(), who.attempts, who.answer, who.reason)
	if err := s.rdb.HSet(ctx, keyDoubt(broadcast), who.chat, value).Err(); err != nil {
		return fmt.Errorf("note what chat %d answered to broadcast %d: %w", who.chat, broadcast, err)
	}
	return nil
}

// drop forgets chats that are counted no more.
func (s suspects) drop(ctx context.Context, broadcast int64, chats []int64) error {
	fields := make([]string, len(chats))
	for i, chat := range chats {
		fields[i] = id(chat)
	}
	if err := s.rdb.HDel(ctx, keyDoubt(broadcast), fields...).Err(); err != nil {
		return fmt.Errorf("forget what %d chats answered to broadcast %d: %w", len(chats), broadcast, err)
	}
	return nil
}

// all are the suspects of a broadcast, who answered first being the first.
func (s suspects) all(ctx context.Context, broadcast int64) ([]suspect, error) {
	fields, err := s.rdb.HGetAll(ctx, keyDoubt(broadcast)).Result()
	if err != nil {
		return nil, fmt.Errorf("read what chats answered to broadcast %d: %w", broadcast, err)
	}
	var all []suspect
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		var ms int64
		var who suspect
		if _, err := fmt.Sscanf(fields[field], "%d %d %s", &ms, &who.attempts, &who.answer); err != nil {
			return nil, fmt.Errorf("read what chats answered to broadcast %d: %q = %q: %w", broadcast, field, fields[field], err)
		}
		if who.chat, err = strconv.ParseInt(field, 10, 64); err != nil {
			return nil, fmt.Errorf("read what chats answered to broadcast %d: %w", broadcast, err)
		}
		who.at = time.UnixMilli(ms)
		_, who.reason, _ = strings.Cut(fields[field], who.answer+" ")
		all = append(all, who)
	}
	slices.SortStableFunc(all, func(a, b suspect) int { return a.at.Compare(b.at) })
	return all, nil
}
