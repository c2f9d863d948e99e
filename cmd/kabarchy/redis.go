package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// redisPatience is how long Redis may take to answer at the start.
const redisPatience = 5 * time.Second

// Redis is a connection to a Redis and where that is, for messages.
type Redis struct {
	redis.UniversalClient
	Where string
}

// OpenRedis understands the three kinds of addresses that go-redis does:
//
//	redis://[user:password@]host:port/db             one server; rediss:// with TLS
//	redis://sentinel:port/db?master_name=…&addr=…    Sentinel, with further sentinels in addr
//	redis://node:port?addr=…                         Cluster, with further nodes in addr
//
// It does not connect. No error shows a password.
func OpenRedis(address Secret) (Redis, error) {
	u, err := url.Parse(string(address))
	if err != nil || strings.Contains(u.Path+u.RawQuery+u.Fragment, "@") {
		return Redis{}, errors.New("REDIS_URL is not an address such as redis://user:password@127.0.0.1:6379/0; " +
			"in a password, write @ : / # and ? as %40 %3A %2F %23 and %3F")
	}
	r, err := openRedis(string(address), u.Query())
	if err != nil {
		return Redis{}, fmt.Errorf("REDIS_URL: %s", strings.TrimPrefix(err.Error(), "redis: "))
	}
	return r, nil
}

// noNotifications leaves out a question at each connection that only Redis Enterprise
// understands.
var noNotifications = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}

func openRedis(address string, query url.Values) (Redis, error) {
	switch {
	case query.Has("master_name"):
		o, err := redis.ParseFailoverURL(address)
		if err != nil {
			return Redis{}, err
		}
		o.ContextTimeoutEnabled = true
		return Redis{redis.NewFailoverClient(o), "the sentinels " + strings.Join(o.SentinelAddrs, ", ")}, nil
	case query.Has("addr"):
		o, err := redis.ParseClusterURL(address)
		if err != nil {
			return Redis{}, err
		}
		o.ContextTimeoutEnabled = true
		o.MaintNotificationsConfig = noNotifications
		return Redis{redis.NewClusterClient(o), "the cluster " + strings.Join(o.Addrs, ", ")}, nil
	default:
		o, err := redis.ParseURL(address)
		if err != nil {
			return Redis{}, err
		}
		o.ContextTimeoutEnabled = true
		o.MaintNotificationsConfig = noNotifications
		return Redis{redis.NewClient(o), o.Addr}, nil
	}
}

// Check asks whether Redis answers. Its error says where Redis was looked for and what
// to do.
func (r Redis) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	err := r.Ping(ctx).Err()
	var refused redis.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		return fmt.Errorf("redis at %s refuses: %w; check user, password and address in REDIS_URL", r.Where, err)
	default:
		return fmt.Errorf("redis at %s can't be reached: %w; start it, or set REDIS_URL", r.Where, reason(err))
	}
}

// Warnings say what about this Redis could break the promise that nothing is lost, and
// what to do. A Redis that does not tell is not warned of.
func (r Redis) Warnings(ctx context.Context) (warnings []string) {
	tells := func(section, line string) bool {
		ctx, cancel := context.WithTimeout(ctx, redisPatience)
		defer cancel()
		info, err := r.Info(ctx, section).Result()
		return err == nil && strings.Contains(info, "\r\n"+line)
	}
	if tells("persistence", "aof_enabled:0") {
		warnings = append(warnings, "redis does not write everything to disk: what it last knew is lost with it; set appendonly yes")
	}
	if tells("memory", "maxmemory_policy:") && !tells("memory", "maxmemory_policy:noeviction") {
		warnings = append(warnings, "redis may throw subscribers away when its memory is full; set maxmemory-policy noeviction")
	}
	return warnings
}

// reason is the innermost part of a network error: the rest repeats the address.
func reason(err error) error {
	var dial *net.OpError
	if errors.As(err, &dial) {
		return dial.Err
	}
	return err
}

// redisLog passes on what go-redis reports of its own accord: broken connections and
// the like, which show as errors of the commands too.
type redisLog struct{ *slog.Logger }

// Printf is what go-redis calls.
func (l redisLog) Printf(ctx context.Context, format string, values ...any) {
	l.DebugContext(ctx, fmt.Sprintf(format, values...), "component", "redis")
}
