package redistest

import (
	"os"
	"testing"
	"testing/synctest"

	"github.com/redis/go-redis/v9"
)

// Mortal is a Redis that a test kills. Its data is there again after Restart.
type Mortal interface {
	Kill()
	Restart()
}

// Killed runs f as the subtest "bubble", in a bubble on an embedded Redis, where the time
// that an outage takes costs nothing. In CI it also runs it as "redis-server": a real
// process dies and comes back in real time. f calls no t.Parallel: both subtests are.
func Killed(t *testing.T, f func(t *testing.T, server Mortal, rdb redis.UniversalClient)) {
	t.Helper()
	t.Run("bubble", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			server := Bubble(t)
			f(t, server, server.Client(t))
		})
	})
	if os.Getenv("CI") != "true" {
		return
	}
	t.Run("redis-server", func(t *testing.T) {
		t.Parallel()
		server := Start(t, "--appendonly", "yes", "--appendfsync", "always")
		f(t, server, server.Client(t))
	})
}
