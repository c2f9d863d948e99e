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

	"kabarchy/cmd/kabarchy/config"
)

// Redis is a connection to a Redis and where that is, for messages.
type Redis struct {
	redis.UniversalClient
	Where string
	dials *dials
	tls   bool // all connections are made with it
}

// OpenRedis understands the three kinds of addresses that go-redis does:
//
//	redis://user:password@host:port/db                one server
//	redis://sentinel:port/db?master_name=…&addr=…     Sentinel, with further sentinels in addr
//	redis://user:password@node:port?addr=…            Cluster, with further nodes in addr
//
// With Sentinel, user and password are those of the sentinels; the servers' are in the
// query, as username and password. With rediss:// all connections are made with TLS,
// see takeCertificates. It does not connect. No error shows a password.
func OpenRedis(address config.Secret) (Redis, error) {
	u, err := url.Parse(string(address))
	if err != nil || strings.Contains(u.Path+u.RawQuery+u.Fragment, "@") {
		return Redis{}, errors.New("REDIS_URL is not an address such as redis://user:password@127.0.0.1:6379/0; " +
			"in a password, write @ : / # and ? as %40 %3A %2F %23 and %3F")
	}
	certificates, err := takeCertificates(u)
	if err != nil {
		return Redis{}, fmt.Errorf("REDIS_URL: %w", err)
	}
	r, err := openRedis(u, certificates)
	if err != nil {
		return Redis{}, fmt.Errorf("REDIS_URL: %s", strings.TrimPrefix(err.Error(), "redis: "))
	}
	r.dials, r.tls = &dials{}, u.Scheme == "rediss"
	r.AddHook(r.dials)
	return r, nil
}

// noNotifications leaves out a question at each connection that only Redis Enterprise
// understands.
var noNotifications = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}

// clusterReload is how old the picture of a Cluster may be. go-redis looks for itself
// each minute, and dials a dead master until then (github.com/redis/go-redis/issues/3979).
const clusterReload = time.Second

func openRedis(u *url.URL, certificates certificates) (Redis, error) {
	address := u.String()
	switch query := u.Query(); {
	case query.Has("master_name"):
		o, err := redis.ParseFailoverURL(address)
		if err != nil {
			return Redis{}, err
		}
		o.ContextTimeoutEnabled = true
		certificates.apply(o.TLSConfig)
		return Redis{UniversalClient: redis.NewFailoverClient(o), Where: "the sentinels " + strings.Join(o.SentinelAddrs, ", ")}, nil
	case query.Has("addr"):
		o, err := redis.ParseClusterURL(address)
		if err != nil {
			return Redis{}, err
		}
		o.ContextTimeoutEnabled = true
		o.MaintNotificationsConfig = noNotifications
		o.ClusterStateReloadInterval = clusterReload
		certificates.apply(o.TLSConfig)
		return Redis{UniversalClient: redis.NewClusterClient(o), Where: "the cluster " + strings.Join(o.Addrs, ", ")}, nil
	default:
		o, err := redis.ParseURL(address)
		if err != nil {
			return Redis{}, err
		}
		o.ContextTimeoutEnabled = true
		o.MaintNotificationsConfig = noNotifications
		certificates.apply(o.TLSConfig)
		return Redis{UniversalClient: redis.NewClient(o), Where: o.Addr}, nil
	}
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
