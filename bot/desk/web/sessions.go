package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/redis/go-redis/v9"
)

// How long a session is valid: in all, and after the last page.
const (
	sessionLife = 12 * time.Hour
	sessionIdle = 30 * time.Minute
)

// sessionWho names what a session holds, a Telegram user id.
const sessionWho = "who"

// newSessions keeps sessions in Redis. The cookie belongs to this
// host alone, and in a frame to the page around it: in web.telegram.org this one is foreign.
func newSessions(rdb redis.UniversalClient, cookie string) *scs.SessionManager {
	return &scs.SessionManager{ // scs.New begins a store in memory, with a goroutine that can't be ended
		Lifetime: sessionLife, IdleTimeout: sessionIdle, Store: store{rdb}, Codec: scs.GobCodec{},
		Cookie: scs.SessionCookie{
			Name: cookie, Path: "/", HttpOnly: true, Secure: true, SameSite: http.SameSiteNoneMode, Partitioned: true,
		},
	}
}

// store keeps sessions by the SHA-256 of their token; scs's own for Redis takes no Cluster.
type store struct{ rdb redis.UniversalClient }

var _ scs.CtxStore = store{}

func sessionKey(token string) string {
	return keySession(digest(token))
}

// digest is the SHA-256 of a secret, by which Redis knows it.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// alive reports which of some sessions there are.
func (s store) alive(ctx context.Context, keys []string) (map[string]bool, error) {
	there := make(map[string]bool, len(keys))
	if len(keys) == 0 {
		return there, nil
	}
	values, err := s.rdb.MGet(ctx, keys...).Result()
	for i, value := range values {
		there[keys[i]] = value != nil
	}
	return there, err
}

// beginning marks the context in which a session begins.
type beginning struct{}

// FindCtx is part of scs.CtxStore.
func (s store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	b, err := s.rdb.Get(ctx, sessionKey(token)).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, false, nil
	}
	return b, err == nil, err
}

// CommitCtx is part of scs.CtxStore. A session that was ended meanwhile stays ended.
func (s store) CommitCtx(ctx context.Context, token string, b []byte, expires time.Time) error {
	if ctx.Value(beginning{}) != nil {
		return s.rdb.Set(ctx, sessionKey(token), b, time.Until(expires)).Err()
	}
	err := s.rdb.SetXX(ctx, sessionKey(token), b, time.Until(expires)).Err()
	if errors.Is(err, redis.Nil) {
		return nil
	}
	return err
}

// DeleteCtx is part of scs.CtxStore.
func (s store) DeleteCtx(ctx context.Context, token string) error {
	return s.rdb.Del(ctx, sessionKey(token)).Err()
}

// Find, Commit and Delete are part of scs.Store; with a CtxStore they are not called.
func (s store) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is part of scs.Store.
func (s store) Commit(token string, b []byte, expires time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expires)
}

// Delete is part of scs.Store.
func (s store) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
