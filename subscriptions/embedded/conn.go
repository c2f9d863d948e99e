package embedded

import (
	"net"
	"sync"
	"time"
)

// conn keeps answers back while commands are there that it has read: miniredis writes
// each one by itself, which for a pipeline of thousands costs more than all the rest.
type conn struct {
	net.Conn

	mu      sync.Mutex
	waits   bool // for commands: there is nothing to keep an answer back for
	answers []byte
}

// Read sends what was kept back, and waits for commands.
func (c *conn) Read(b []byte) (int, error) {
	if err := c.send(); err != nil {
		return 0, err
	}
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.waits = false
	}()
	return c.Conn.Read(b)
}

func (c *conn) send() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waits = true
	return c.flush()
}

func (c *conn) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers = append(c.answers, b...)
	if !c.waits {
		return len(b), nil
	}
	return len(b), c.flush()
}

func (c *conn) flush() error {
	if len(c.answers) == 0 {
		return nil
	}
	_, err := c.Conn.Write(c.answers)
	c.answers = c.answers[:0]
	return err
}

// Close sends what was kept back, such as the answer to QUIT, to whoever still reads.
func (c *conn) Close() error {
	_ = c.SetWriteDeadline(time.Now().Add(time.Second))
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.flush()
	return c.Conn.Close()
}
