package redistest

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
)

// Cut is a way to a Redis that can be cut at one command, before Redis sees it or before its
// answer comes back: so a program can be killed exactly there.
type Cut struct {
	to       string
	listener net.Listener

	mu    sync.Mutex
	armed *blow
	conns map[net.Conn]bool
}

// blow is where the way is cut.
type blow struct {
	at    func(command []string) bool
	after bool
	then  func()
}

// Cut opens a way to the server.
func (s *Server) Cut(tb testing.TB) *Cut {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	c := &Cut{to: s.Addr(), listener: listener, conns: make(map[net.Conn]bool)}
	tb.Cleanup(func() {
		_ = listener.Close()
		c.end()
	})
	go c.accept()
	return c
}

// URL leads through it to database 0.
func (c *Cut) URL() string { return "redis://" + c.listener.Addr().String() + "/0" }

// At cuts the way once, at the next command that fits. With after, Redis does the command, and
// its answer is lost; without, Redis never hears of it. Then is called, and all connections end.
func (c *Cut) At(fits func(command []string) bool, after bool, then func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed = &blow{at: fits, after: after, then: then}
}

// Heal takes back what At asked for and has not happened.
func (c *Cut) Heal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed = nil
}

// Scripts fit commands that run a script which has all these texts in its keys or arguments.
func Scripts(holds ...string) func(command []string) bool {
	return func(command []string) bool {
		if !strings.HasPrefix(strings.ToLower(command[0]), "eval") {
			return false
		}
		all := strings.Join(command[1:], "\n")
		for _, text := range holds {
			if !strings.Contains(all, text) {
				return false
			}
		}
		return true
	}
}

func (c *Cut) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return // closed
		}
		server, err := net.Dial("tcp", c.to)
		if err != nil {
			_ = client.Close() // as if nobody listened
			continue
		}
		c.mu.Lock()
		c.conns[client], c.conns[server] = true, true
		c.mu.Unlock()
		w := &way{Cut: c, client: client, server: server}
		go w.there()
		go w.back()
	}
}

// end closes all connections.
func (c *Cut) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.conns {
		_ = conn.Close()
	}
	clear(c.conns)
}

// way is one connection.
type way struct {
	*Cut
	client, server net.Conn

	mu   sync.Mutex
	held *blow // the answer that comes next goes nowhere
}

// there brings commands to the server.
func (w *way) there() {
	defer w.client.Close()
	defer w.server.Close()
	commands := bufio.NewReader(w.client)
	for {
		command, err := readCommand(commands)
		if err != nil {
			return
		}
		if b := w.take(command); b != nil {
			if !b.after {
				w.strike(b)
				return
			}
			w.mu.Lock()
			w.held = b
			w.mu.Unlock()
		}
		if _, err := w.server.Write(wire(command)); err != nil {
			return
		}
	}
}

// take is the blow that falls at a command, if one does.
func (w *way) take(command []string) *blow {
	w.Cut.mu.Lock()
	defer w.Cut.mu.Unlock()
	b := w.armed
	if b == nil || !b.at(command) {
		return nil
	}
	w.armed = nil
	return b
}

// back brings answers to the client.
func (w *way) back() {
	defer w.client.Close()
	defer w.server.Close()
	answer := make([]byte, 64<<10)
	for {
		n, err := w.server.Read(answer)
		if err != nil {
			return
		}
		w.mu.Lock()
		b := w.held
		w.held = nil
		w.mu.Unlock()
		switch {
		case b == nil:
		case bytes.HasPrefix(answer[:n], []byte("-NOSCRIPT")): // the script comes whole now
			w.At(b.at, b.after, b.then)
		default:
			w.strike(b)
			return
		}
		if _, err := w.client.Write(answer[:n]); err != nil {
			return
		}
	}
}

func (w *way) strike(b *blow) {
	b.then()
	w.end()
}

// wire writes a command in Redis' protocol.
func wire(command []string) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "*%d\r\n", len(command))
	for _, text := range command {
		fmt.Fprintf(&out, "$%d\r\n%s\r\n", len(text), text)
	}
	return out.Bytes()
}
