package redistest

import (
	"os"
	"strconv"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"
)

// databases is how many tests can use the shared server at the same time.
const databases = 512

// shared is the server on which Each gives every test a database. It runs while some
// test holds one: starting a server for each of a hundred tests would cost seconds.
var shared struct {
	mu     sync.Mutex
	server *Server
	dir    string
	users  int
	free   []int // numbers of databases nobody uses
}

// database returns a client of an empty database that is the test's own.
func database(tb testing.TB) redis.UniversalClient {
	tb.Helper()
	addr, number := reserve(tb)
	rdb := client(tb, addr, number)
	if err := rdb.FlushDB(tb.Context()).Err(); err != nil {
		tb.Fatalf("empty database %d: %v", number, err)
	}
	return rdb
}

// reserve takes a database for the time of the test.
func reserve(tb testing.TB) (addr string, number int) {
	tb.Helper()
	requireServer(tb)
	addr, number, err := acquire()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { release(number) })
	return addr, number
}

// acquire takes a database, of a new server where none runs.
func acquire() (addr string, number int, err error) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.server == nil {
		if err := startShared(); err != nil {
			return "", 0, err
		}
	}
	last := len(shared.free) - 1
	number, shared.free = shared.free[last], shared.free[:last]
	shared.users++
	return shared.server.Addr(), number, nil
}

// startShared starts the server with all its databases free.
func startShared() error {
	dir, err := os.MkdirTemp("", "kabarchy-redistest-")
	if err != nil {
		return err
	}
	server, err := start(dir, "", []string{"--databases", strconv.Itoa(databases)})
	if err != nil {
		_ = os.RemoveAll(dir)
		return err
	}
	shared.server, shared.dir, shared.free = server, dir, shared.free[:0]
	for number := range databases {
		shared.free = append(shared.free, number)
	}
	return nil
}

// release gives a database back; the last one to leave ends the server.
func release(number int) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	shared.free = append(shared.free, number)
	if shared.users--; shared.users > 0 {
		return
	}
	shared.server.Kill()
	_ = os.RemoveAll(shared.dir)
	shared.server = nil
}
