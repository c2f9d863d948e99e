package embedded

import (
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func started(t *testing.T) *Server {
	t.Helper()
	s, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// counted counts what is written to a connection.
type counted struct {
	net.Conn
	writes atomic.Int64
}

func (c *counted) Write(b []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(b)
}

func TestAPipelineIsAnsweredTogether(t *testing.T) {
	t.Parallel()
	s := started(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ours, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	theirs, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	written := &counted{Conn: theirs}
	s.Server().ServeConn(&conn{Conn: written})

	const pings = 1000
	if _, err := io.WriteString(ours, strings.Repeat("*1\r\n$4\r\nPING\r\n", pings)+"*1\r\n$4\r\nQUIT\r\n"); err != nil {
		t.Fatal(err)
	}
	answers, err := io.ReadAll(ours) // until QUIT ends it
	if want := strings.Repeat("+PONG\r\n", pings) + "+OK\r\n"; string(answers) != want || err != nil {
		t.Errorf("%d bytes of answers, want %d; %v", len(answers), len(want), err)
	}
	if n := written.writes.Load(); n > pings/10 {
		t.Errorf("%d answers took %d writes", pings, n)
	}
}

func TestWhatNobodyAskedForComesAtOnce(t *testing.T) {
	t.Parallel()
	s := started(t)
	rdb := redis.NewClient(&redis.Options{Addr: s.Addr()})
	defer rdb.Close()
	listening := rdb.Subscribe(t.Context(), "channel")
	defer listening.Close()
	if _, err := listening.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Publish("channel", "news")
	if message, err := listening.ReceiveMessage(t.Context()); err != nil || message.Payload != "news" {
		t.Errorf("got %v, %v", message, err)
	}
}

func TestKeysExpire(t *testing.T) {
	t.Parallel()
	s := started(t)
	if err := s.Set("key", "value"); err != nil {
		t.Fatal(err)
	}
	s.SetTTL("key", 30*time.Millisecond)
	for began := time.Now(); s.Exists("key"); time.Sleep(time.Millisecond) {
		if time.Since(began) > 10*time.Second {
			t.Fatal("the key is still there")
		}
	}
}
