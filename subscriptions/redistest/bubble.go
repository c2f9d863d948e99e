package redistest

import (
	"bufio"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"
	lua "github.com/yuin/gopher-lua"
)

// Embedded is miniredis in a testing/synctest bubble: it is spoken to over pipes, and
// keys expire by the bubble's clock. A day in it takes as long as the work of that day.
//
//	synctest.Test(t, func(t *testing.T) {
//		rdb := redistest.Bubble(t).Client(t)
//		…
//	})
//
// Package pipenet does the same for HTTP: bot/broadcast's tests run the engine, the
// bot's client and the simulator in one bubble with both.
type Embedded struct {
	mini *miniredis.Miniredis

	refuse   atomic.Pointer[func(command []string) string]
	advanced atomic.Pointer[time.Time] // to where miniredis' time has come

	mu      sync.Mutex
	down    bool
	conns   map[net.Conn]struct{}
	serving sync.WaitGroup

	ends endings
}

// EachInBubble runs f as the subtests "miniredis" and "redis-server", each in a bubble
// and with an empty database of its own. The real server's clock is the real one: keys
// expire there as if no time passed.
//
// That a real connection may be used in a bubble at all is because go-redis reads from
// one only while it waits for an answer. As long as it does, the bubble's time stands.
func EachInBubble(t *testing.T, f func(t *testing.T, rdb redis.UniversalClient)) {
	t.Helper()
	t.Run("miniredis", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) { f(t, Bubble(t).Client(t)) })
	})
	t.Run("redis-server", func(t *testing.T) {
		t.Parallel()
		RealInBubble(t, f)
	})
}

// RealInBubble runs f in a bubble with an empty database of a real server.
func RealInBubble(t *testing.T, f func(t *testing.T, rdb redis.UniversalClient)) {
	t.Helper()
	RealInBubbles(t)(f)
}

// RealInBubbles reserves a database of a real server for the time of the test. What it
// returns runs a function in a new bubble with that database, emptied.
func RealInBubbles(t *testing.T) func(f func(t *testing.T, rdb redis.UniversalClient)) {
	t.Helper()
	addr, number := reserve(t)
	return func(f func(t *testing.T, rdb redis.UniversalClient)) { onDatabase(t, addr, number, f) }
}

func onDatabase(t *testing.T, addr string, number int, f func(t *testing.T, rdb redis.UniversalClient)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		rdb := redis.NewClient(&redis.Options{
			Addr: addr, DB: number, PoolSize: bubblePool, ContextTimeoutEnabled: true, MaintNotificationsConfig: noNotifications(),
			ReadBufferSize: bubbleBuffer, WriteBufferSize: bubbleBuffer,
			PipelineReadBufferSize: bubbleBuffer, PipelineWriteBufferSize: bubbleBuffer,
		})
		keysOf.Store(rdb, served{rdb})
		t.Cleanup(func() {
			keysOf.Delete(rdb)
			_ = rdb.Close()
		})
		if err := rdb.FlushDB(t.Context()).Err(); err != nil {
			t.Fatalf("empty database %d: %v", number, err)
		}
		f(t, rdb)
	})
}

// bubblePool is more connections than anybody wants at once: the timers with which
// go-redis lets callers wait for one are shared by all bubbles, which they must not be.
const bubblePool = 8192

// bubbleBuffer is smaller than go-redis' 32 and 128 KiB, which cost a test more than they
// save it.
const bubbleBuffer = 4096

// miniredis makes a Lua machine for each call of a script: of its stacks, which are made for
// programs, ours use some dozen places. Making the large ones was a fifth of all that tests
// allocate.
func init() { lua.RegistrySize, lua.CallStackSize = 1024, 64 }

// Bubble starts an embedded Redis for the time of the test, which must run in a bubble.
func Bubble(tb testing.TB) *Embedded {
	tb.Helper()
	mini := miniredis.NewMiniRedis()
	first, err := mini.Dial() // this starts it
	if err != nil {
		tb.Fatal(err)
	}
	_ = first.Close()
	e, now := &Embedded{mini: mini, conns: make(map[net.Conn]struct{})}, time.Now()
	e.advanced.Store(&now)
	mini.Server().SetPreHook(e.before)
	tb.Cleanup(func() {
		e.Kill()
		mini.Close()
		time.Sleep(time.Second) // in a bubble's time: a dial that was about to be tried again ends
	})
	return e
}

// Client returns a client of it, closed at the end of the test.
func (e *Embedded) Client(tb testing.TB) redis.UniversalClient {
	rdb := redis.NewClient(&redis.Options{
		Dialer: e.dial, PoolSize: bubblePool, ContextTimeoutEnabled: true, MaintNotificationsConfig: noNotifications(),
		ReadBufferSize: bubbleBuffer, WriteBufferSize: bubbleBuffer,
		PipelineReadBufferSize: bubbleBuffer, PipelineWriteBufferSize: bubbleBuffer,
	})
	e.spare(tb, rdb)
	tb.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

// spare lets a client answer by itself what it asks of keys that are not there.
func (e *Embedded) spare(tb testing.TB, rdb *redis.Client) {
	rdb.AddHook(absent{e})
	keysOf.Store(rdb, e)
	tb.Cleanup(func() { keysOf.Delete(rdb) })
}

// Again returns one more client of the Redis that a client of one server has, with
// connections of its own, for the caller to close.
func Again(tb testing.TB, rdb redis.UniversalClient) *redis.Client {
	tb.Helper()
	if l, ok := rdb.(lean); ok {
		rdb = l.UniversalClient
	}
	first, ok := rdb.(*redis.Client)
	if !ok {
		tb.Fatalf("a client of type %T is not one of one server", rdb)
	}
	options := *first.Options()
	again := redis.NewClient(&options)
	if e, ok := keysOf.Load(first); ok {
		if e, ok := e.(*Embedded); ok {
			e.spare(tb, again)
		}
	}
	return again
}

// Kill cuts all connections and lets nobody connect until Restart. Commands that have
// come are carried out, as a real server's log would bring them back.
func (e *Embedded) Kill() {
	e.mu.Lock()
	e.down = true
	for conn := range e.conns {
		_ = conn.Close()
	}
	e.mu.Unlock()
	e.serving.Wait()
}

// Restart lets clients connect again. The data is as it was.
func (e *Embedded) Restart() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.down = false
}

// Refuse lets a function see each command, those of scripts included, before it is
// carried out; where it returns a text, such as "READONLY You can't write against a
// read only replica.", that is the answer, and nothing is done. Nil ends it.
func (e *Embedded) Refuse(with func(command []string) string) {
	if with == nil {
		e.refuse.Store(nil)
		return
	}
	e.refuse.Store(&with)
}

// before sees each command before miniredis does, and reports whether it is done.
func (e *Embedded) before(p *server.Peer, name string, args ...string) bool {
	if refuse := e.refuse.Load(); refuse != nil {
		if text := (*refuse)(append([]string{name}, args...)); text != "" {
			p.WriteError(text)
			return true
		}
	}
	e.lengthen(name, args)
	return false
}

// lengthen adds to the life that a command gives to a key what miniredis' time lags
// behind, and notes when that life ends: the next tick then takes it off.
func (e *Embedded) lengthen(name string, args []string) {
	advanced := *e.advanced.Load()
	lag := time.Since(advanced)
	add := func(i int, unit time.Duration) {
		if n, err := strconv.ParseInt(args[i], 10, 64); err == nil {
			n += int64((lag + unit/2) / unit)
			args[i] = strconv.FormatInt(n, 10)
			e.ends.add(advanced.Add(time.Duration(n) * unit))
		}
	}
	switch {
	case len(args) < 2:
	case name == "PEXPIRE", name == "PSETEX":
		add(1, time.Millisecond)
	case name == "EXPIRE", name == "SETEX":
		add(1, time.Second)
	case name == "SET":
		for i := 2; i+1 < len(args); i++ {
			switch strings.ToUpper(args[i]) {
			case "PX":
				add(i+1, time.Millisecond)
			case "EX": // in milliseconds, which lose nothing
				args[i], args[i+1] = "PX", args[i+1]+"000"
				add(i+1, time.Millisecond)
			}
		}
	}
}

// RefuseWrites answers every command that writes with the text, and carries out those
// that read, as a server without disk, memory or replicas does. "" ends it.
func (e *Embedded) RefuseWrites(text string) {
	if text == "" {
		e.Refuse(nil)
		return
	}
	e.Refuse(func(command []string) string {
		switch name := command[0]; {
		case e.mini.Server().IsReadOnlyCommand(name), !e.mini.Server().IsRegisteredCommand(name),
			strings.HasPrefix(name, "EVAL"), name == "HELLO", name == "CLIENT", name == "PING", name == "SELECT",
			name == "MULTI", name == "EXEC", name == "SCRIPT", name == "INFO":
			return ""
		}
		return text
	})
}

func (e *Embedded) dial(_ context.Context, network, _ string) (net.Conn, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.down {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	ours, theirs := net.Pipe()
	e.conns[theirs] = struct{}{}
	e.serving.Go(func() {
		e.serve(theirs)
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.conns, theirs)
	})
	return plug{ours}, nil
}

// plug is the client's end of a connection. Once the server's end is closed it fails as on a
// real network, which clients take for an outage, and not as a pipe does.
type plug struct{ net.Conn }

func (p plug) Write(b []byte) (int, error) {
	n, err := p.Conn.Write(b)
	if errors.Is(err, io.ErrClosedPipe) {
		err = &net.OpError{Op: "write", Net: "tcp", Err: syscall.EPIPE}
	}
	return n, err
}

// A deadline may be set on a real connection whose other end is closed.
func (p plug) SetDeadline(t time.Time) error      { return open(p.Conn.SetDeadline(t)) }
func (p plug) SetReadDeadline(t time.Time) error  { return open(p.Conn.SetReadDeadline(t)) }
func (p plug) SetWriteDeadline(t time.Time) error { return open(p.Conn.SetWriteDeadline(t)) }

func open(err error) error {
	if errors.Is(err, io.ErrClosedPipe) {
		return nil
	}
	return err
}

// serve answers one connection. It reads on while it answers: whoever writes a long
// pipeline reads no answer before its end, and a pipe holds nothing.
func (e *Embedded) serve(conn net.Conn) {
	defer conn.Close()
	q := newCommands()
	var reading sync.WaitGroup
	reading.Go(func() { q.fill(bufio.NewReader(conn)) })
	defer reading.Wait()
	defer conn.Close()
	peer := server.NewPeer(bufio.NewWriter(conn))
	for {
		command, more := q.take()
		if command == nil {
			return
		}
		e.tick(strings.HasSuffix(strings.ToUpper(command[0]), "TTL"))
		e.mini.Server().Dispatch(peer, command)
		if !more {
			peer.Flush()
		}
		if peer.Closed() {
			peer.Flush()
			return
		}
	}
}

// tick lets the time that has passed pass in miniredis, which costs a sort of all keys:
// where the life of one may be over, or somebody asks how much is left.
func (e *Embedded) tick(asked bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	if !e.ends.come(now) && !asked {
		return
	}
	e.mini.FastForward(now.Sub(*e.advanced.Load()))
	e.advanced.Store(&now)
}

// endings are the moments at which lives of keys end, or ended before they were lengthened.
type endings struct {
	mu  sync.Mutex
	all momentHeap
}

func (e *endings) add(at time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.all) == 0 || !e.all[len(e.all)-1].Equal(at) { // a ledger's buckets end together
		heap.Push(&e.all, at)
	}
}

// come reports whether a moment has come, and forgets it.
func (e *endings) come(now time.Time) (come bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.all) > 0 && !e.all[0].After(now) {
		heap.Pop(&e.all)
		come = true
	}
	return come
}

// momentHeap is a heap of moments, the first one on top.
type momentHeap []time.Time

func (m momentHeap) Len() int           { return len(m) }
func (m momentHeap) Less(i, j int) bool { return m[i].Before(m[j]) }
func (m momentHeap) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *momentHeap) Push(x any)        { *m = append(*m, x.(time.Time)) }
func (m *momentHeap) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}

// commands are what a connection has brought and nobody has carried out.
type commands struct {
	mu      sync.Mutex
	some    *sync.Cond
	waiting [][]string
	ended   bool
}

func newCommands() *commands {
	q := &commands{}
	q.some = sync.NewCond(&q.mu)
	return q
}

// fill reads commands until the connection ends.
func (q *commands) fill(r *bufio.Reader) {
	for {
		command, err := readCommand(r)
		q.mu.Lock()
		if err != nil {
			q.ended = true
		} else {
			q.waiting = append(q.waiting, command)
		}
		q.some.Signal()
		q.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// take returns the next command, and reports whether another one is there. It returns
// nil when there will be none.
func (q *commands) take() (command []string, more bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) == 0 {
		if q.ended {
			return nil, false
		}
		q.some.Wait()
	}
	command, q.waiting = q.waiting[0], q.waiting[1:]
	return command, len(q.waiting) > 0
}

// readCommand reads an array of strings in Redis' protocol.
func readCommand(r *bufio.Reader) ([]string, error) {
	n, err := readLength(r, '*')
	if err != nil {
		return nil, err
	}
	command, text := make([]string, n), make([]byte, 64)
	for i := range command {
		size, err := readLength(r, '$')
		if err != nil {
			return nil, err
		}
		if cap(text) < size+2 {
			text = make([]byte, 2*size+2)
		}
		text = text[:size+2]
		if _, err := io.ReadFull(r, text); err != nil {
			return nil, err
		}
		command[i] = string(text[:size])
	}
	return command, nil
}

// readLength reads a line such as *3 or $12.
func readLength(r *bufio.Reader, kind byte) (int, error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 3 || line[0] != kind {
		return 0, fmt.Errorf("redis protocol: %q, want a line that begins with %q", line, kind)
	}
	return strconv.Atoi(string(line[1 : len(line)-2]))
}
