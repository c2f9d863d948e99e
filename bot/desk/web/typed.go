package web

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/locale"
)

// typedKept is how long a form is kept that somebody has filled in and not saved, and mostTyped
// how many of one person: of more the oldest goes.
const (
	typedKept = 30 * 24 * time.Hour
	mostTyped = 20
)

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

// keepTyped keeps what somebody has typed of a case.
func (s store) keepTyped(ctx context.Context, id string, who int64, form url.Values) error {
	older, err := s.rdb.ZRevRange(ctx, keyTyping(who), mostTyped-1, -1).Result()
	if err != nil {
		return err
	}
	pipe := s.rdb.TxPipeline()
	for _, other := range older {
		if other != id {
			pipe.ZRem(ctx, keyTyping(who), other)
			pipe.Del(ctx, keyTyped(other, who))
		}
	}
	pipe.Set(ctx, keyTyped(id, who), form.Encode(), typedKept)
	pipe.ZAdd(ctx, keyTyping(who), redis.Z{Score: float64(time.Now().UnixMilli()), Member: id})
	pipe.Expire(ctx, keyTyping(who), typedKept)
	_, err = pipe.Exec(ctx)
	return err
}

// dropTyped drops what somebody has typed of a case.
func (s store) dropTyped(ctx context.Context, id string, who int64) error {
	pipe := s.rdb.TxPipeline()
	pipe.Del(ctx, keyTyped(id, who))
	pipe.ZRem(ctx, keyTyping(who), id)
	_, err := pipe.Exec(ctx)
	return err
}

// unsaved is a case of which somebody has typed something that is not saved.
type unsaved struct{ Case, Title string }

// unsavedOf are those of somebody, the latest first.
func (s store) unsavedOf(ctx context.Context, who int64, language string) (all []unsaved, err error) {
	ids, err := s.rdb.ZRevRange(ctx, keyTyping(who), 0, mostTyped-1).Result()
	for _, id := range ids {
		form, err := s.typed(ctx, id, who)
		if err != nil {
			return nil, err
		}
		if form != nil {
			all = append(all, unsaved{id, titleTyped(form, language)})
		}
	}
	return all, err
}

// titleTyped is a title in a form: in the language, or in another one.
func titleTyped(form url.Values, language string) string {
	for _, tag := range append([]string{language}, locale.Languages()...) {
		if title := strings.TrimSpace(form.Get("title-" + tag)); title != "" {
			return title
		}
	}
	return ""
}
