package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"

	"kabarchy/subscriptions/redistest/pipenet"
)

// pipes is the fixture's network: a name leads to a listener inside the process, so that
// the whole service runs in a testing/synctest bubble.
type pipes struct {
	client *http.Client

	mu        sync.Mutex
	listeners map[string]*pipenet.Listener
	opened    int
}

func newPipes(t *testing.T) *pipes {
	p := &pipes{listeners: map[string]*pipenet.Listener{}}
	transport := &http.Transport{DialContext: p.dial, MaxIdleConnsPerHost: 1024}
	t.Cleanup(transport.CloseIdleConnections)
	p.client = &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return p
}

// serve answers under a host's name until the end of the test.
func (p *pipes) serve(t *testing.T, host string, h http.Handler) (url string) {
	p.add(host+":80", pipenet.Serve(t, h))
	return "http://" + host
}

func (p *pipes) add(address string, l *pipenet.Listener) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listeners[address] = l
}

func (p *pipes) dial(ctx context.Context, network, address string) (net.Conn, error) {
	p.mu.Lock()
	l := p.listeners[address]
	p.mu.Unlock()
	if l == nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	return l.Dial(ctx, network, address)
}

// alias lets a host's name lead to where another address does.
func (p *pipes) alias(host, address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listeners[host+":80"] = p.listeners[address]
}

// listen opens an address of its own for each who asks, as port 0 does.
func (p *pipes) listen(context.Context, string, string) (net.Listener, error) {
	p.mu.Lock()
	p.opened++
	name := pipeName(fmt.Sprintf("instance-%d:80", p.opened))
	p.mu.Unlock()
	l := pipenet.Listen()
	p.add(string(name), l)
	return namedPipe{l, name}, nil
}

type namedPipe struct {
	*pipenet.Listener
	name pipeName
}

func (n namedPipe) Addr() net.Addr { return n.name }

type pipeName string

func (pipeName) Network() string  { return "pipe" }
func (n pipeName) String() string { return string(n) }

func (p *pipes) get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := p.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}
