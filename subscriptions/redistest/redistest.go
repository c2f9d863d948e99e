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
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
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

// clockStep is how exactly keys of a Mini expire, while it holds few.
const clockStep = 10 * time.Millisecond

// Mini starts an embedded Redis for the time of the test. Left alone, miniredis never
// expires a key; this one's clock is driven, so that they go as on a real server. A
// test that needs a longer time to pass calls FastForward.
func Mini(tb testing.TB) (*miniredis.Miniredis, redis.UniversalClient) {
	tb.Helper()
	mini := miniredis.RunT(tb)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		drive(mini, stop)
	}()
	tb.Cleanup(func() {
		close(stop)
		<-stopped
	})
	return mini, client(tb, mini.Addr(), 0)
}

// drive lets the time that passes here pass in mini. A step costs miniredis a sort of
// all its keys, so that with tens of thousands of them steps become rarer.
func drive(mini *miniredis.Miniredis, stop <-chan struct{}) {
	last, pause := time.Now(), clockStep
	for {
		select {
		case <-stop:
			return
		case <-time.After(pause):
		}
		now := time.Now()
		mini.FastForward(now.Sub(last))
		last, pause = now, max(clockStep, 20*time.Since(now))
	}
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
