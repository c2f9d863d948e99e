package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
)

// certificates are what TLS to Redis needs beyond what the system knows.
type certificates struct {
	authorities *x509.CertPool    // that vouch for the servers; the system's if nil
	client      []tls.Certificate // by which the servers know the bot; they may ask for none
}

// takeCertificates reads the files that the address names, and takes their names out of
// the query, since go-redis knows nothing of them:
//
//	ca         authorities in PEM, instead of the system's
//	cert, key  the bot's own certificate, which Redis asks for unless told tls-auth-clients no
func takeCertificates(u *url.URL) (certificates, error) {
	query := u.Query()
	ca, cert, key := query.Get("ca"), query.Get("cert"), query.Get("key")
	for _, name := range []string{"ca", "cert", "key"} {
		query.Del(name)
	}
	u.RawQuery = query.Encode()
	var c certificates
	switch {
	case ca+cert+key == "":
		return c, nil
	case u.Scheme != "rediss":
		return c, errors.New("ca, cert and key are for addresses that begin with rediss://")
	case (cert == "") != (key == ""):
		return c, errors.New("cert and key belong together")
	}
	if ca != "" {
		text, err := os.ReadFile(ca)
		if err != nil {
			return c, fmt.Errorf("ca: %w", err)
		}
		c.authorities = x509.NewCertPool()
		if !c.authorities.AppendCertsFromPEM(text) {
			return c, fmt.Errorf("ca: no certificate in PEM is in %s", ca)
		}
	}
	if cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return c, fmt.Errorf("cert and key: %w", err)
		}
		c.client = []tls.Certificate{pair}
	}
	return c, nil
}

// apply completes what go-redis made of rediss://. Each server has to prove the name
// under which it is dialled: go-redis would have the masters that sentinels and nodes
// name prove that of the first sentinel or node.
func (c certificates) apply(config *tls.Config) {
	if config == nil {
		return
	}
	config.ServerName = ""
	config.MinVersion = tls.VersionTLS12
	config.RootCAs = c.authorities
	config.Certificates = c.client
}
