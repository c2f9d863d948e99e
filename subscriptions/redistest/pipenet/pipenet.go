// Package pipenet is a network inside the process, for tests in a testing/synctest
// bubble: there a goroutine that waits for a real connection keeps the bubble's clock
// from going on, and one that waits for a connection of this package does not.
package pipenet

import (
	"context"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"
)

// Listener accepts the connections that its Dial makes. It is safe for concurrent use.
type Listener struct {
	incoming chan net.Conn

	mu     sync.Mutex
	closed chan struct{}
}

// Listen returns a listener.
func Listen() *Listener {
	return &Listener{incoming: make(chan net.Conn), closed: make(chan struct{})}
}

// Dial connects to the listener, whatever the network and the address. Once the
// listener is closed it fails as a dial to a port on which nobody listens.
func (l *Listener) Dial(ctx context.Context, network, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.incoming <- theirs:
		return ours, nil
	case <-l.closed:
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	case <-ctx.Done():
		return nil, &net.OpError{Op: "dial", Net: network, Err: ctx.Err()}
	}
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.incoming:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *Listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.closed:
	default:
		close(l.closed)
	}
	return nil
}

// Addr implements net.Listener.
func (l *Listener) Addr() net.Addr { return address{} }

type address struct{}

func (address) Network() string { return "pipe" }
func (address) String() string  { return "pipe" }

// Serve answers HTTP on a new listener until the end of the test.
func Serve(tb testing.TB, h http.Handler) *Listener {
	l := Listen()
	server := &http.Server{Handler: h}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(l) })
	tb.Cleanup(func() {
		_ = server.Close()
		serving.Wait()
	})
	return l
}

// Client returns an HTTP client whose every connection goes to the listener, with as
// many kept open as are in use at once. It follows no redirect.
func (l *Listener) Client(tb testing.TB) *http.Client {
	transport := &http.Transport{DialContext: l.Dial, MaxIdleConnsPerHost: 1024}
	tb.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
