package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Login returns a token of 26 characters with which somebody at the desk signs in in a
// browser, once and within two minutes. Only its SHA-256 is kept. ErrNotAllowed where they
// are not at the desk.
func (d *Desk) Login(ctx context.Context, user int64) (token string, err error) {
	roles, err := d.RolesOf(ctx, user)
	if err != nil {
		return "", fmt.Errorf("a link to sign in: %w", err)
	}
	if roles == 0 {
		return "", fmt.Errorf("a link to sign in: %w", ErrNotAllowed)
	}
	token = strings.ToLower(rand.Text())
	if err := d.rdb.Set(ctx, keyLogin(hash(token)), user, keptLogin).Err(); err != nil {
		return "", fmt.Errorf("a link to sign in: %w", err)
	}
	return token, nil
}

// LoginOf tells whose a token is, and leaves it valid. ok is false where it was used or is
// over, or who asked for it is not at the desk any more.
func (d *Desk) LoginOf(ctx context.Context, token string) (user int64, ok bool, err error) {
	raw, err := d.rdb.Get(ctx, keyLogin(hash(token))).Result()
	if errors.Is(err, redis.Nil) {
		return 0, false, nil
	}
	if err == nil {
		user, err = strconv.ParseInt(raw, 10, 64)
	}
	var roles Role
	if err == nil {
		roles, err = d.RolesOf(ctx, user)
	}
	if err != nil {
		return 0, false, fmt.Errorf("whose link to sign in it is: %w", err)
	}
	return user, roles != 0, nil
}

// UseLogin is LoginOf, and the token is used up: of several at once one has it.
func (d *Desk) UseLogin(ctx context.Context, token string) (user int64, ok bool, err error) {
	user, ok, err = d.LoginOf(ctx, token)
	if err != nil || !ok {
		return 0, false, err
	}
	used, err := d.rdb.Del(ctx, keyLogin(hash(token))).Result()
	if err != nil {
		return 0, false, fmt.Errorf("use a link to sign in: %w", err)
	}
	return user, used == 1, nil
}
