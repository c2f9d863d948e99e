package fetch

import (
	"context"
	"crypto/x509"
	"net"
	"time"
)

// Options are what a client needs. UserAgent and Timeout must be set.
type Options struct {
	// AllowPrivate lets it dial addresses that are not public: for tests and demos on
	// loopback only.
	AllowPrivate bool
	// Dial makes the connections in place of the network's own; for tests. Nothing is
	// checked of the address then.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// RootCAs are who may vouch for sites; nil for whom this machine trusts.
	RootCAs *x509.CertPool
	// UserAgent says who asks.
	UserAgent string
	// Timeout is the deadline of one whole request, redirects and body included.
	Timeout time.Duration
}
