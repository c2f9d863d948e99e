package web

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/redis/go-redis/v9"
)

// typedKept is how long a form is kept that somebody has filled in and not saved.
const typedKept = 30 * 24 * time.Hour

// typed is what somebody has typed of a case and not saved; nil for nothing.
func (s store) typed(ctx context.Context, id string, who int64) (url.Values, error) {
	kept, err := s.rdb.Get(ctx, keyTyped(id, who)).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return url.ParseQuery(kept)
}

// keepTyped keeps what somebody has typed of a case, or no longer.
func (s store) keepTyped(ctx context.Context, id string, who int64, form url.Values, keep bool) error {
	if !keep {
		return s.rdb.Del(ctx, keyTyped(id, who)).Err()
	}
	form.Del("nonce")
	return s.rdb.Set(ctx, keyTyped(id, who), form.Encode(), typedKept).Err()
}
