// Package redistest gives tests the Redis they need: an embedded one (miniredis)
// whose clock runs, real servers on free ports, a real Cluster and a real Sentinel
// set. A test that runs on Each has proved itself on both kinds.
//
// It guarantees that everything a test starts is gone when the test is: a server is
// killed and waited for in the test's cleanup, and where the kernel can do it (Linux)
// also when the test binary itself is killed. Where no redis-server is installed the
// real variants are skipped, each under its own name; with CI=true they fail instead.
package redistest

import (
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"kabarchy/subscriptions/embedded"
)

// Each runs f as the subtests "miniredis" and "redis-server", each with an empty
// database of its own. f may call t.Parallel.
//
// The real server is shared by all tests that run at the same time, a database each:
// what belongs to the whole server (FLUSHALL, CONFIG, publish and subscribe, INFO) is
// not f's alone. A test that needs those, or that kills its Redis, uses Start.
func Each(t *testing.T, f func(t *testing.T, rdb redis.UniversalClient)) {
	t.Helper()
	t.Run("miniredis", func(t *testing.T) {
		_, rdb := Mini(t)
		f(t, rdb)
	})
	t.Run("redis-server", func(t *testing.T) {
		f(t, database(t))
	})
}

// Mini starts an embedded Redis for the time of the test. Its keys expire as on a real
// server; a test that needs a longer time to pass calls FastForward.
func Mini(tb testing.TB) (*embedded.Server, redis.UniversalClient) {
	tb.Helper()
	mini, err := embedded.Start()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(mini.Close)
	return mini, client(tb, mini.Addr(), 0)
}

// client returns a client of one server, closed at the end of the test. It obeys the
// deadlines of contexts, as the program's does.
func client(tb testing.TB, addr string, db int) redis.UniversalClient {
	rdb := redis.NewClient(&redis.Options{
		Addr: addr, DB: db, ContextTimeoutEnabled: true, MaintNotificationsConfig: noNotifications(),
	})
	tb.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

// noNotifications turns off a handshake that only Redis Enterprise answers.
func noNotifications() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}
