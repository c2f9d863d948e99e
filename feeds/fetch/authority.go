package fetch

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

const (
	maxCertificate = 64 << 10 // bytes of one that is fetched
	maxChain       = 3        // how many of them lie between a site's own and one that is known
)

// learn finds the certificates between a site's own and one that is trusted, where the
// site leaves them out: each says where its issuer's is (RFC 5280, section 4.2.2.1).
// Browsers do the same. What is found is trusted where it leads to who is trusted
// already. It returns the issuer's name, and nothing where that does not help.
func (t *transports) learn(ctx context.Context, failure error) string {
	failed, unknown := new(tls.CertificateVerificationError), x509.UnknownAuthorityError{}
	if !errors.As(failure, &failed) || !errors.As(failure, &unknown) || len(failed.UnverifiedCertificates) == 0 {
		return ""
	}
	t.mu.Lock()
	roots, err := t.authorities()
	t.mu.Unlock()
	if err != nil {
		return ""
	}
	sent := failed.UnverifiedCertificates
	between := x509.NewCertPool()
	for _, c := range sent[1:] {
		between.AddCert(c)
	}
	var found []*x509.Certificate
	for last := lastOf(sent); len(found) < maxChain; {
		issuer, err := t.issuer(ctx, last)
		if err != nil {
			return ""
		}
		between.AddCert(issuer)
		found = append(found, issuer)
		if _, err := sent[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between}); err == nil {
			break
		}
		last = issuer
	}
	var trusted []*x509.Certificate
	for _, c := range found {
		if _, err := c.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between}); err == nil {
			trusted = append(trusted, c)
		}
	}
	if len(trusted) == 0 || t.trust(trusted) != nil {
		return ""
	}
	return issuerName(sent[0])
}

// lastOf follows the certificates that a site sends as far as they lead.
func lastOf(sent []*x509.Certificate) *x509.Certificate {
	last := sent[0]
	for range sent {
		for _, c := range sent {
			if c != last && bytes.Equal(c.RawSubject, last.RawIssuer) {
				last = c
				break
			}
		}
	}
	return last
}

// issuer fetches the certificate of who issued one.
func (t *transports) issuer(ctx context.Context, of *x509.Certificate) (*x509.Certificate, error) {
	for _, address := range of.IssuingCertificateURL {
		resp, err := t.plain(ctx, address)
		if err != nil {
			continue
		}
		raw, err := io.ReadAll(io.LimitReader(resp.Body, maxCertificate))
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			continue
		}
		for _, issuer := range certificates(raw) {
			if issuer.IsCA && of.CheckSignatureFrom(issuer) == nil {
				return issuer, nil
			}
		}
	}
	return nil, fmt.Errorf("the certificate of its issuer is nowhere to be had")
}

// issuerName is who issued a certificate, fit to be shown.
func issuerName(c *x509.Certificate) string {
	const most = 120
	name := []rune(strings.Join(strings.Fields(c.Issuer.CommonName), " "))
	return string(name[:min(len(name), most)])
}
