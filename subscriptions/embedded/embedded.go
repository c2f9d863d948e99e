// Package embedded is a Redis inside the process, miniredis, as the demo and the tests
// use it: its keys expire as time passes, and it answers a pipeline at once.
package embedded

import (
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// Server is an embedded Redis on a free port of loopback.
type Server struct {
	*miniredis.Miniredis
	listener net.Listener
	ending   chan struct{}
	working  sync.WaitGroup
}

// Start returns a running server; the caller closes it.
func Start() (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the embedded Redis: %w", err)
	}
	mini := miniredis.NewMiniRedis()
	first, err := mini.Dial() // this starts it, without a listener of its own
	if err != nil {
		_ = listener.Close()
		return nil, fmt.Errorf("start the embedded Redis: %w", err)
	}
	_ = first.Close()
	s := &Server{Miniredis: mini, listener: listener, ending: make(chan struct{})}
	s.working.Go(s.accept)
	s.working.Go(s.drive)
	return s, nil
}

// Addr returns the server's host:port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Close ends the server and all connections.
func (s *Server) Close() {
	close(s.ending)
	_ = s.listener.Close()
	s.working.Wait()
	s.Miniredis.Close()
}

func (s *Server) accept() {
	for {
		accepted, err := s.listener.Accept()
		if err != nil {
			return // it is closed
		}
		s.Server().ServeConn(&conn{Conn: accepted})
	}
}

// clockStep is how exactly keys expire, while the server holds few.
const clockStep = 10 * time.Millisecond

// drive lets the time that passes here pass in miniredis, whose keys would never expire
// otherwise. A step costs a sort of all keys, so that with tens of thousands of them
// steps become rarer.
func (s *Server) drive() {
	last, pause := time.Now(), clockStep
	for {
		select {
		case <-s.ending:
			return
		case <-time.After(pause):
		}
		now := time.Now()
		s.FastForward(now.Sub(last))
		last, pause = now, max(clockStep, 20*time.Since(now))
	}
}
