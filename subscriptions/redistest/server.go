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
	"golang.org/x/sync/errgroup"
)

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
	port   int
	dir    string
	args   []string
	config string // what the configuration file holds at first; empty for no file

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
	return startFor(tb, "", args)
}

// startFor starts a server for the time of the test.
func startFor(tb testing.TB, config string, args []string) *Server {
	tb.Helper()
	s, err := start(tb.TempDir(), config, args)
	if err != nil {
		tb.Fatal(err)
	}
	s.tb = tb
	tb.Cleanup(s.Kill)
	return s
}

// startAll starts servers side by side, for the time of the test.
func startAll(tb testing.TB, n int, args []string) []*Server {
	tb.Helper()
	servers := make([]*Server, n)
	var starting errgroup.Group
	for i := range servers {
		dir := tb.TempDir()
		starting.Go(func() (err error) {
			servers[i], err = start(dir, "", args)
			return err
		})
	}
	err := starting.Wait()
	for _, s := range servers {
		if s != nil {
			s.tb = tb
			tb.Cleanup(s.Kill)
		}
	}
	if err != nil {
		tb.Fatal(err)
	}
	return servers
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
func start(dir, config string, args []string) (*Server, error) {
	var err error
	for range portTrials {
		s := &Server{port: freePort(), dir: dir, args: args, config: config}
		if err = s.launch(); err == nil {
			return s, nil
		}
	}
	return nil, fmt.Errorf("start redis-server: %w", err)
}

// launch starts the process and waits until it answers.
func (s *Server) launch() error {
	args, err := s.arguments()
	if err != nil {
		return err
	}
	p, err := spawn(args)
	if err != nil {
		return err
	}
	if err := s.ready(p); err != nil {
		p.kill()
		return fmt.Errorf("%w; its log ends:\n%s", err, s.logTail())
	}
	s.process = p
	return nil
}

// arguments returns the command line. Where there is a configuration it goes into a
// file, which the server may rewrite and a restart does not touch.
func (s *Server) arguments() ([]string, error) {
	var args []string
	if s.config != "" {
		file := filepath.Join(s.dir, "redis.conf")
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			if err := os.WriteFile(file, []byte(s.config), 0o600); err != nil {
				return nil, err
			}
		}
		args = append(args, file)
	}
	args = append(args,
		"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1",
		"--dir", s.dir, "--logfile", filepath.Join(s.dir, "redis.log"), "--save", "")
	return append(args, s.args...), nil
}

// ready waits until p, and not somebody else on the same port, answers.
func (s *Server) ready(p *process) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return await(ctx, func() error { return s.answers(ctx, p) })
}

// answers reports whether the server is p and has its data loaded.
func (s *Server) answers(ctx context.Context, p *process) error {
	select {
	case <-p.gone:
		return &hopeless{fmt.Errorf("the server on port %d ended: %w", s.port, p.err)}
	default:
	}
	if err := listening(s.Addr()); err != nil { // go-redis would log each refusal
		return err
	}
	if _, err := s.ask(ctx, "PING"); err != nil {
		return err
	}
	info, err := s.ask(ctx, "INFO", "server")
	if err == nil && !strings.Contains(info, fmt.Sprintf("process_id:%d\r\n", p.pid())) {
		return fmt.Errorf("another server has port %d", s.port)
	}
	return err
}

// listening reports whether somebody accepts connections at addr.
func listening(addr string) error {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return err
	}
	return conn.Close()
}

// ask sends the server one command and returns what it says, as text.
func (s *Server) ask(ctx context.Context, command ...any) (string, error) {
	rdb := redis.NewClient(&redis.Options{
		Addr: s.Addr(), MaxRetries: -1, DialerRetries: 1, MaintNotificationsConfig: noNotifications(),
	})
	defer rdb.Close()
	answer, err := rdb.Do(ctx, command...).Result()
	if err != nil {
		return "", fmt.Errorf("%v on %s: %w", command, s.Addr(), err)
	}
	return fmt.Sprint(answer), nil
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
