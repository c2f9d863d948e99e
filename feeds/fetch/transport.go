package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"code.dny.dev/ssrf"
)

const maxRedirects = 5

// maxHeaderBytes limits the headers of one answer.
const maxHeaderBytes = 64 << 10

// manner is how a site is spoken to.
type manner struct {
	http1  bool // and not HTTP/2
	oldTLS bool // also TLS before 1.2, and ciphers that were given up
}

// transports make connections, one pool of them for each manner.
type transports struct {
	dial func(ctx context.Context, network, address string) (net.Conn, error)

	mu    sync.Mutex
	roots *x509.CertPool // who vouches for sites; nil for whom this machine trusts
	made  map[manner]*http.Transport
	http1 map[string]bool // the hosts whose HTTP/2 is broken
}

func newTransports(o Options) *transports {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if !o.AllowPrivate {
		// The check sits where the address is dialled, after the name was resolved:
		// nothing a name server says later can slip past it, redirects included.
		dialer.Control = ssrf.New(ssrf.WithAnyPort()).Safe
	}
	dial := dialer.DialContext
	if o.Dial != nil {
		dial = o.Dial
	}
	return &transports{dial: dial, roots: o.RootCAs, made: make(map[manner]*http.Transport), http1: make(map[string]bool)}
}

// get returns the connections of a manner.
func (t *transports) get(m manner) *http.Transport {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.made[m] == nil {
		t.made[m] = t.build(m)
	}
	return t.made[m]
}

func (t *transports) build(m manner) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(!m.http1)
	config := &tls.Config{RootCAs: t.roots}
	if m.oldTLS {
		config.MinVersion = tls.VersionTLS10
		for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
			config.CipherSuites = append(config.CipherSuites, suite.ID)
		}
	}
	return &http.Transport{
		// No proxy: dialling one would hide the address from the check.
		DialContext:            t.dial,
		TLSClientConfig:        config,
		Protocols:              protocols,
		DisableCompression:     true, // unpack looks at what came, not at what was said of it.
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: maxHeaderBytes,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        90 * time.Second,
	}
}

// close ends the idle connections.
func (t *transports) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, made := range t.made {
		made.CloseIdleConnections()
	}
}

// mannerOf is how a host is spoken to.
func (t *transports) mannerOf(host string, oldTLS bool) manner {
	t.mu.Lock()
	defer t.mu.Unlock()
	return manner{http1: t.http1[host], oldTLS: oldTLS}
}

// avoidHTTP2 remembers that a host's HTTP/2 is broken.
func (t *transports) avoidHTTP2(host string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.http1[host] = true
}

// trust adds authorities that were found to be trustworthy. New connections know them.
func (t *transports) trust(authorities []*x509.Certificate) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	roots, err := t.authorities()
	if err != nil {
		return err
	}
	for _, a := range authorities {
		roots.AddCert(a)
	}
	for _, made := range t.made {
		made.CloseIdleConnections()
	}
	t.roots, t.made = roots, make(map[manner]*http.Transport)
	return nil
}

// authorities returns a copy of whom connections trust.
func (t *transports) authorities() (*x509.CertPool, error) {
	if t.roots == nil {
		return x509.SystemCertPool()
	}
	return t.roots.Clone(), nil
}

// plain asks without TLS: for certificates, which prove themselves.
func (t *transports) plain(ctx context.Context, address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: t.get(manner{http1: true}), CheckRedirect: checkRedirect}
	return client.Do(req)
}

func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("%w: more than %d", ErrRedirects, maxRedirects)
	}
	if !Followed(req.URL) {
		return fmt.Errorf("%w, not %s", ErrScheme, req.URL.Scheme)
	}
	return nil
}

// Followed reports whether an address is absolute and of a scheme that we follow.
func Followed(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}
