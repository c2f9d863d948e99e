package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"code.dny.dev/ssrf"
)

// explain says in plain words what the network reports, with what helps against it,
// and keeps the cause.
func explain(err error, r Request, timeout time.Duration) error {
	err = plainError(err)
	var dns *net.DNSError
	var network net.Error
	switch {
	case errors.Is(err, ErrRedirects), errors.Is(err, ErrScheme):
		return err
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork):
		return fmt.Errorf("%w: %w", ErrForbidden, err)
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Errorf("no such host %s: %w", dns.Name, err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return fmt.Errorf("no whole answer within %v: %w", timeout, err)
	}
	if says := aboutTLS(err, r.OldTLS); says != "" {
		return fmt.Errorf("%s: %w", says, err)
	}
	return err
}

// aboutTLS says what is wrong with a site's certificate or its TLS, and what helps.
func aboutTLS(err error, oldTLS bool) string {
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var host x509.HostnameError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		if time.Now().Before(invalid.Cert.NotBefore) {
			return "the site's certificate is not valid yet: the clock of this machine may be wrong"
		}
		return "the site's certificate ran out on " + invalid.Cert.NotAfter.Format(time.DateOnly) + ": its administrator must renew it"
	case errors.As(err, &host):
		return "the site's certificate is another's: correct the host in the url, or ask the site's administrator"
	case errors.As(err, &unknown):
		return aboutAuthority(unknown.Cert)
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "the site does not speak TLS here: write http:// in the url"
	}
	for _, sign := range []string{"handshake failure", "protocol version", "insufficient security", "inappropriate fallback", "no mutually supported"} {
		if text := err.Error(); strings.Contains(text, "tls: ") && strings.Contains(text, sign) {
			if oldTLS {
				return "the site and we have no way to speak TLS in common, not even an old one: ask its administrator"
			}
			return "the site may only speak TLS in ways that were given up as unsafe: ask its administrator to renew it, or set old_tls: true for this source, with which anybody between could read and change what it says"
		}
	}
	return ""
}

func aboutAuthority(c *x509.Certificate) string {
	const file = "set ca_file under network to a file that holds it"
	switch {
	case c == nil:
		return "nobody whom this machine trusts vouches for the site's certificate"
	case c.Issuer.String() == c.Subject.String():
		return "the site's certificate is signed by nobody but itself: ask its administrator for one that browsers accept, or " + file
	}
	return fmt.Sprintf("the site's certificate was issued by %q, whom this machine does not know, and the site does not send that issuer's certificate along: ask its administrator to install the whole chain, or %s",
		issuerName(c), file)
}

// plainError drops the wrapping that repeats the URL, which may hold a password.
func plainError(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
