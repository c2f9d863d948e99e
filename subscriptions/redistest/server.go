package redistest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// patience is how long a server may take to answer, a cluster to form or a replica to
// take over. It is long because a loaded machine is slow; nothing waits for all of it
// unless something is broken.
const patience = 60 * time.Second

// Ports come from below the range from which systems give ports to outgoing connections
// (32768 on Linux): else a client that dials a killed server can be given the very port
// it dials, and nobody can listen there again. A cluster node needs port+10000 as well.
const (
	firstPort  = 10_000
	lastPort   = 22_000
	portTrials = 20
)

// Server is a redis-server process with a port and a folder of its own. Its methods are
// safe for concurrent use.
type Server struct {
	port int
	dir  string
	args []string

	mu      sync.Mutex
	process *process
	tb      testing.TB
}

// Start runs a redis-server for the time of the test, without persistence unless args
// say otherwise, as in Start(tb, "--appendonly", "yes"). It returns when the server
// answers.
func Start(tb testing.TB, args ...string) *Server {
	tb.Helper()
	requireServer(tb)
	s, err := start(tb.TempDir(), args)
	if err != nil {
		tb.Fatal(err)
	}
	s.tb = tb
	tb.Cleanup(s.Kill)
	return s
}

// Addr returns the server's host:port.
func (s *Server) Addr() string { return address(s.port) }

// URL returns the server's address as REDIS_URL takes it.
func (s *Server) URL() string { return "redis://" + s.Addr() + "/0" }

// Client returns a client of the server, closed at the end of the test.
func (s *Server) Client(tb testing.TB) redis.UniversalClient { return client(tb, s.Addr(), 0) }

// Kill ends the server at once with SIGKILL and waits until it is gone. It keeps its
// port and its data for Restart. Killing a dead server does nothing.
func (s *Server) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		s.process.kill()
		s.process = nil
	}
}

// Restart runs a killed server again, or kills a running one first: with the same port
// and the same data. It returns when the server answers, its data loaded.
func (s *Server) Restart() {
	s.tb.Helper()
	s.Kill()
	s.mu.Lock()
	defer s.mu.Unlock()
	deadline := time.Now().Add(patience)
	for {
		err := s.launch()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			s.tb.Fatalf("restart redis-server: %v", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// start runs a server in dir on a port that is free. Between the choice of a port and
// the server's use of it somebody may take it: then another one is tried.
func start(dir string, args []string) (*Server, error) {
	var err error
	for range portTrials {
		s := &Server{port: freePort(), dir: dir, args: args}
		if err = s.launch(); err == nil {
			return s, nil
		}
	}
	return nil, fmt.Errorf("start redis-server: %w", err)
}

// launch starts the process and waits until it answers.
func (s *Server) launch() error {
	args := append([]string{
		"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1",
		"--dir", s.dir, "--logfile", filepath.Join(s.dir, "redis.log"), "--save", "",
	}, s.args...)
	p, err := spawn(args)
	if err != nil {
		return err
	}
	if err := s.await(p); err != nil {
		p.kill()
		return fmt.Errorf("%w; its log ends:\n%s", err, s.logTail())
	}
	s.process = p
	return nil
}

// await waits until p, and not somebody else on the same port, answers.
func (s *Server) await(p *process) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	rdb := redis.NewClient(&redis.Options{
		Addr: s.Addr(), MaxRetries: -1, DialerRetries: 1, MaintNotificationsConfig: noNotifications(),
	})
	defer rdb.Close()
	for {
		err := listening(s.Addr()) // before rdb, which would log each refusal
		if err == nil {
			err = answers(ctx, rdb, p.pid())
		}
		if err == nil {
			return nil
		}
		select {
		case <-p.gone:
			return fmt.Errorf("port %d: the server ended: %w", s.port, p.err)
		case <-ctx.Done():
			return fmt.Errorf("port %d: no answer: %w", s.port, err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// listening says whether somebody accepts connections at addr.
func listening(addr string) error {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return err
	}
	return conn.Close()
}

// answers says whether the process pid stands behind rdb and has its data loaded.
func answers(ctx context.Context, rdb *redis.Client, pid int) error {
	if err := rdb.Ping(ctx).Err(); err != nil {
		return err
	}
	info, err := rdb.Info(ctx, "server").Result()
	if err != nil {
		return err
	}
	if !strings.Contains(info, "process_id:"+strconv.Itoa(pid)+"\r\n") {
		return errors.New("another server has the port")
	}
	return nil
}

// logTail returns the end of the server's log, for the report of a failure.
func (s *Server) logTail() string {
	log, err := os.ReadFile(filepath.Join(s.dir, "redis.log"))
	if err != nil {
		return err.Error()
	}
	return string(log[max(0, len(log)-2000):])
}

// requireServer skips the test where no redis-server is installed. In CI, where it
// must be, it fails instead.
func requireServer(tb testing.TB) {
	tb.Helper()
	if _, err := exec.LookPath("redis-server"); err == nil {
		return
	}
	const missing = "redis-server is not in PATH; install it to run this test"
	if os.Getenv("CI") == "true" {
		tb.Fatal(missing)
	}
	tb.Skip(missing)
}

// freePort returns a port on which nobody listens at this moment.
func freePort() int {
	for {
		port := firstPort + rand.IntN(lastPort-firstPort)
		l, err := net.Listen("tcp", address(port))
		if err == nil {
			_ = l.Close()
			return port
		}
	}
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
