package redistest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// TLS is a redis-server that also listens for TLS, on a port of its own. Its
// certificate vouches for itself; it is for 127.0.0.1.
type TLS struct {
	*Server
	Cert, Key string // files in PEM, good for the server and for its clients
	port      int
}

// StartTLS runs such a server for the time of the test. Unless args say otherwise it
// lets in clients with a certificate only, as redis-server does.
func StartTLS(tb testing.TB, args ...string) *TLS {
	tb.Helper()
	requireServer(tb)
	dir := tb.TempDir()
	cert, key, err := certify(dir)
	if err != nil {
		tb.Fatalf("make a certificate: %v", err)
	}
	for try := 1; ; try++ {
		port := freePort()
		s, err := start(dir, "", append([]string{
			"--tls-port", strconv.Itoa(port), "--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert,
		}, args...))
		if err == nil {
			s.tb = tb
			tb.Cleanup(s.Kill)
			return &TLS{Server: s, Cert: cert, Key: key, port: port}
		}
		if try == 3 { // it was not that somebody took the port
			tb.Fatal(err)
		}
	}
}

// URL returns the address for TLS as REDIS_URL takes it, without the certificates.
func (s *TLS) URL() string { return "rediss://" + address(s.port) + "/0" }

// certify writes a key and a certificate that it signed itself.
func certify(dir string) (cert, key string, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Kabarchy's tests"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	public, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return "", "", err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", "", err
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if err := os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: public}), 0o600); err != nil {
		return "", "", err
	}
	return cert, key, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600)
}
