package redistest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// Sentinel is a master with a replica, and three sentinels that watch them and make the
// replica the master when the master dies.
type Sentinel struct {
	data      []*Server // the master as started, then its replica
	sentinels []*Server
}

// MasterName is the name under which the sentinels know the master.
const MasterName = "kabarchy"

// quorum is how many of the sentinels must agree that the master is dead.
const (
	sentinelCount = 3
	quorum        = 2
)

// StartSentinel runs the servers for the time of the test. It returns when the replica
// is in step and the sentinels know it and each other. Args go to master and replica.
//
// Replication is asynchronous: what was written in the moment before the master is
// killed may be lost, here as in production.
func StartSentinel(tb testing.TB, args ...string) *Sentinel {
	tb.Helper()
	requireServer(tb)
	args = append([]string{"--repl-diskless-sync-delay", "0"}, args...)
	master := Start(tb, args...)
	replica := Start(tb, append(args, "--replicaof", fmt.Sprintf("127.0.0.1 %d", master.port))...)
	s := &Sentinel{data: []*Server{master, replica}}
	for range sentinelCount {
		config := fmt.Sprintf("sentinel monitor %[1]s 127.0.0.1 %[2]d %[3]d\n"+
			"sentinel down-after-milliseconds %[1]s %[4]d\nsentinel failover-timeout %[1]s 10000\n",
			MasterName, master.port, quorum, nodeTimeout.Milliseconds())
		s.sentinels = append(s.sentinels, startFor(tb, config, []string{"--sentinel"}))
	}
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	if err := await(ctx, func() error { return s.formed(ctx) }); err != nil {
		tb.Fatalf("start sentinels: %v", err)
	}
	return s
}

// Addrs returns host:port of each sentinel.
func (s *Sentinel) Addrs() []string {
	addrs := make([]string, len(s.sentinels))
	for i, sentinel := range s.sentinels {
		addrs[i] = sentinel.Addr()
	}
	return addrs
}

// URL returns the sentinels' addresses as REDIS_URL takes them.
func (s *Sentinel) URL() string {
	addrs := s.Addrs()
	return "redis://" + addrs[0] + "?master_name=" + MasterName + "&addr=" + strings.Join(addrs[1:], "&addr=")
}

// Client returns a client of whoever is the master, closed at the end of the test.
func (s *Sentinel) Client(tb testing.TB) redis.UniversalClient {
	rdb := redis.NewFailoverClient(&redis.FailoverOptions{
		MasterName: MasterName, SentinelAddrs: s.Addrs(), ContextTimeoutEnabled: true,
	})
	tb.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

// KillMaster kills the master and returns it: Restart brings it back, and the sentinels
// make it a replica of the new one. AwaitFailover waits for that new one.
func (s *Sentinel) KillMaster(tb testing.TB) *Server {
	tb.Helper()
	for _, server := range s.data {
		info, err := server.ask(tb.Context(), "INFO", "replication")
		if err == nil && strings.Contains(info, "role:master") {
			server.Kill()
			return server
		}
	}
	tb.Fatal("no master is alive")
	return nil
}

// AwaitFailover waits until every sentinel names a master other than the dead one, and
// that one takes writes.
func (s *Sentinel) AwaitFailover(tb testing.TB, dead *Server) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	if err := await(ctx, func() error { return s.failedOver(ctx, dead) }); err != nil {
		tb.Fatalf("wait for the failover of %s: %v", dead.Addr(), err)
	}
}

// failedOver reports whether another server has taken the place of dead.
func (s *Sentinel) failedOver(ctx context.Context, dead *Server) error {
	for _, sentinel := range s.sentinels {
		master, err := sentinel.ask(ctx, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", MasterName)
		if err != nil {
			return err
		}
		if strings.Contains(master, fmt.Sprint(dead.port)) {
			return fmt.Errorf("%s still names the dead master", sentinel.Addr())
		}
	}
	for _, server := range s.data {
		if server == dead {
			continue
		}
		info, err := server.ask(ctx, "INFO", "replication")
		if err != nil {
			return err
		}
		if !strings.Contains(info, "role:master") {
			return fmt.Errorf("%s is no master yet", server.Addr())
		}
	}
	return nil
}

// formed reports whether the replica is in step and every sentinel knows all others.
func (s *Sentinel) formed(ctx context.Context) error {
	if err := inStep(ctx, s.data[1]); err != nil {
		return err
	}
	for _, sentinel := range s.sentinels {
		master, err := sentinel.ask(ctx, "SENTINEL", "MASTER", MasterName)
		if err != nil {
			return err
		}
		others := fmt.Sprintf("num-other-sentinels:%d ", sentinelCount-1)
		if !strings.Contains(master, others) || !strings.Contains(master, "num-slaves:1 ") {
			return fmt.Errorf("%s does not know all others", sentinel.Addr())
		}
	}
	return nil
}

// inStep reports whether a replica has all that its master has.
func inStep(ctx context.Context, replica *Server) error {
	info, err := replica.ask(ctx, "INFO", "replication")
	if err != nil {
		return err
	}
	if !strings.Contains(info, "master_link_status:up") {
		return fmt.Errorf("%s does not follow its master yet", replica.Addr())
	}
	return nil
}
