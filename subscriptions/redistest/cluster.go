package redistest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Cluster is a real Redis Cluster. The nodes keep no data on disk unless told to.
type Cluster struct {
	nodes   []*Server // the masters as started, then the replicas
	masters int
}

// slots is how many slots the masters of a Cluster share.
const slots = 16384

// nodeTimeout is after how long the nodes give up one that does not answer. Shorter
// ones make a loaded machine elect new masters without need.
const nodeTimeout = time.Second

// StartCluster runs a Cluster for the time of the test: so many masters (three or more,
// for fewer cannot elect anybody), and so many replicas of each. It returns when all
// slots are served and all replicas are in step. Args go to each node.
//
// Replication is asynchronous: what was written in the moment before a master is killed
// may be lost, here as in production.
func StartCluster(tb testing.TB, masters, replicas int, args ...string) *Cluster {
	tb.Helper()
	requireServer(tb)
	args = append([]string{
		"--cluster-enabled", "yes", "--cluster-node-timeout", fmt.Sprint(nodeTimeout.Milliseconds()),
		"--repl-diskless-sync-delay", "0",
	}, args...)
	c := &Cluster{masters: masters, nodes: startAll(tb, masters*(1+replicas), args)}
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	if err := c.form(ctx); err != nil {
		tb.Fatalf("form a cluster: %v", err)
	}
	return c
}

// Addrs returns host:port of each node.
func (c *Cluster) Addrs() []string {
	addrs := make([]string, len(c.nodes))
	for i, node := range c.nodes {
		addrs[i] = node.Addr()
	}
	return addrs
}

// URL returns the address of the Cluster as REDIS_URL takes it: a node, and the others
// as addr.
func (c *Cluster) URL() string {
	addrs := c.Addrs()
	return "redis://" + addrs[0] + "?addr=" + strings.Join(addrs[1:], "&addr=")
}

// Client returns a client of the Cluster, closed at the end of the test. It soon looks for a
// new master: left alone go-redis would dial the dead one for a minute
// (github.com/redis/go-redis/issues/3979). The program's looks each second, which the tests
// of the store need not wait for.
func (c *Cluster) Client(tb testing.TB) redis.UniversalClient {
	rdb := redis.NewClusterClient(&redis.ClusterOptions{
		Addrs: c.Addrs(), ClusterStateReloadInterval: 100 * time.Millisecond, DialerRetryTimeout: 10 * time.Millisecond,
		ContextTimeoutEnabled: true, MaintNotificationsConfig: noNotifications(),
	})
	tb.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

// AwaitReplicas waits until every replica has what its master had when asked.
func (c *Cluster) AwaitReplicas(tb testing.TB) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	err := await(ctx, func() error {
		written, err := c.written(ctx)
		if err != nil {
			return err
		}
		return c.all(ctx, func(ctx context.Context, node *Server) error { return node.followed(ctx, written) })
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// written is how much each master has written for its replicas, by its port.
func (c *Cluster) written(ctx context.Context) (map[string]int, error) {
	offsets := map[string]int{}
	err := c.all(ctx, func(ctx context.Context, node *Server) error {
		info, err := node.ask(ctx, "INFO", "replication")
		if err == nil && field(info, "role") == "master" {
			offsets[strconv.Itoa(node.port)], err = strconv.Atoi(field(info, "master_repl_offset"))
		}
		return err
	})
	return offsets, err
}

// followed reports whether a node that is a replica has carried out what its master had
// written. It is asked itself: a master hears of it once a second.
func (s *Server) followed(ctx context.Context, written map[string]int) error {
	info, err := s.ask(ctx, "INFO", "replication")
	if err != nil || field(info, "role") == "master" {
		return err
	}
	has, err := strconv.Atoi(field(info, "slave_repl_offset"))
	if err != nil {
		return err
	}
	if wants, known := written[field(info, "master_port")]; !known || field(info, "master_link_status") != "up" || has < wants {
		return fmt.Errorf("replica %s is behind", s.Addr())
	}
	return nil
}

// field is what a report of INFO says under a name; empty where it says nothing.
func field(info, name string) string {
	for line := range strings.Lines(info) {
		if value, found := strings.CutPrefix(line, name+":"); found {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// KillMaster kills one of the masters, by chance, and returns it: Restart brings it back,
// as a replica if another has taken over. AwaitFailover waits for that.
func (c *Cluster) KillMaster(tb testing.TB) *Server {
	tb.Helper()
	var masters []*Server
	for _, node := range c.nodes {
		if info, err := node.ask(tb.Context(), "INFO", "replication"); err == nil && strings.Contains(info, "role:master") {
			masters = append(masters, node)
		}
	}
	if len(masters) == 0 {
		tb.Fatal("no master is alive")
	}
	victim := masters[rand.IntN(len(masters))]
	victim.Kill()
	return victim
}

// TakeOver makes the replica of a killed master the master at once, without the vote
// that takes the others some seconds; AwaitFailover waits until all know it.
func (c *Cluster) TakeOver(tb testing.TB, dead *Server) {
	tb.Helper()
	for _, node := range c.nodes {
		info, err := node.ask(tb.Context(), "INFO", "replication")
		if err != nil || !strings.Contains(info, fmt.Sprintf("master_port:%d\r\n", dead.port)) {
			continue
		}
		if _, err := node.ask(tb.Context(), "CLUSTER", "FAILOVER", "TAKEOVER"); err != nil {
			tb.Fatal(err)
		}
		return
	}
	tb.Fatalf("%s has no replica", dead.Addr())
}

// AwaitFailover waits until every living node sees a master other than the dead one for
// every slot.
func (c *Cluster) AwaitFailover(tb testing.TB, dead *Server) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	err := await(ctx, func() error {
		for _, node := range c.nodes {
			if node == dead {
				continue
			}
			if err := c.servesWithout(ctx, node, dead.Addr()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatalf("wait for the failover of %s: %v", dead.Addr(), err)
	}
}

// servesWithout reports whether node sees all slots served, none of them by dead.
func (c *Cluster) servesWithout(ctx context.Context, node *Server, dead string) error {
	if err := c.serves(ctx, node); err != nil {
		return err
	}
	nodes, err := node.ask(ctx, "CLUSTER", "NODES")
	if err != nil {
		return err
	}
	for line := range strings.Lines(nodes) {
		// id addr flags master ping pong epoch link slot…
		if fields := strings.Fields(line); strings.HasPrefix(fields[1], dead+"@") && len(fields) > 8 {
			return fmt.Errorf("%s still has slots on %s", node.Addr(), dead)
		}
	}
	return nil
}

// form makes a Cluster of the nodes.
func (c *Cluster) form(ctx context.Context) error {
	for i, node := range c.nodes {
		if err := c.prepare(ctx, i, node); err != nil {
			return err
		}
	}
	if err := await(ctx, func() error { return c.all(ctx, c.knowsAll) }); err != nil {
		return err
	}
	for i, node := range c.nodes[c.masters:] {
		id, err := c.nodes[i%c.masters].ask(ctx, "CLUSTER", "MYID")
		if err != nil {
			return err
		}
		if _, err := node.ask(ctx, "CLUSTER", "REPLICATE", id); err != nil {
			return err
		}
	}
	return await(ctx, func() error { return errors.Join(c.all(ctx, c.serves), c.inStep(ctx)) })
}

// prepare gives node i its epoch and slots and introduces it to the first node.
func (c *Cluster) prepare(ctx context.Context, i int, node *Server) error {
	if _, err := node.ask(ctx, "CLUSTER", "SET-CONFIG-EPOCH", i+1); err != nil {
		return err
	}
	if i < c.masters {
		first, last := slots*i/c.masters, slots*(i+1)/c.masters-1
		if _, err := node.ask(ctx, "CLUSTER", "ADDSLOTSRANGE", first, last); err != nil {
			return err
		}
	}
	if i == 0 {
		return nil
	}
	_, err := node.ask(ctx, "CLUSTER", "MEET", "127.0.0.1", c.nodes[0].port)
	return err
}

// all reports whether check holds for each node.
func (c *Cluster) all(ctx context.Context, check func(context.Context, *Server) error) error {
	for _, node := range c.nodes {
		if err := check(ctx, node); err != nil {
			return err
		}
	}
	return nil
}

// knowsAll reports whether node has shaken hands with all the others.
func (c *Cluster) knowsAll(ctx context.Context, node *Server) error {
	nodes, err := node.ask(ctx, "CLUSTER", "NODES")
	if err != nil {
		return err
	}
	if strings.Count(nodes, " connected") != len(c.nodes) || strings.Contains(nodes, "handshake") {
		return fmt.Errorf("%s has not met all nodes", node.Addr())
	}
	return nil
}

// serves reports whether node sees all slots served.
func (c *Cluster) serves(ctx context.Context, node *Server) error {
	info, err := node.ask(ctx, "CLUSTER", "INFO")
	if err != nil {
		return err
	}
	if !strings.Contains(info, "cluster_state:ok") {
		return fmt.Errorf("%s does not see all slots served", node.Addr())
	}
	return nil
}

// inStep reports whether all replicas follow their masters.
func (c *Cluster) inStep(ctx context.Context) error {
	for _, node := range c.nodes[c.masters:] {
		if err := inStep(ctx, node); err != nil {
			return err
		}
	}
	return nil
}
