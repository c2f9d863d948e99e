package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestAFormIsNotSentInTheOpen: not by a redirect from https to http either.
func TestAFormIsNotSentInTheOpen(t *testing.T) {
	t.Parallel()
	got := make(chan string, 2)
	open := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- string(body)
	}))
	t.Cleanup(open.Close)
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", open.URL)
		w.WriteHeader(http.StatusTemporaryRedirect)
	}))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	o := testOptions()
	o.RootCAs = x509.NewCertPool()
	o.RootCAs.AddCert(secure.Certificate())
	client := New(o)
	t.Cleanup(client.Close)
	form := url.Values{"secret": {"hunter2"}}
	var status *StatusError
	err := client.Post(t.Context(), secure.URL, form)
	if !errors.As(err, &status) || status.Code != http.StatusTemporaryRedirect || len(got) > 0 {
		t.Errorf("%v, %d requests in the open", err, len(got))
	}
	if err := client.Post(t.Context(), open.URL, form); err != nil || len(got) != 1 || <-got != "secret=hunter2" {
		t.Errorf("%v", err)
	}
	for _, address := range []string{"ftp://hub.example/", "://", "http://127.0.0.1:1/?secret=hunter2"} {
		if err := client.Post(t.Context(), address, form); err == nil || strings.Contains(fmt.Sprint(err), "hunter2") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestAFormIsNotSentToOurOwnNetwork, where a hub on a public address redirects it there.
func TestAFormIsNotSentToOurOwnNetwork(t *testing.T) {
	t.Parallel()
	reached := make(chan string, 9)
	inside := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { reached <- r.URL.Path }))
	t.Cleanup(inside.Close)
	_, port, err := net.SplitHostPort(inside.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	there := ""
	public := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", there)
		w.WriteHeader(http.StatusPermanentRedirect)
	}))
	t.Cleanup(public.Close)
	o := testOptions()
	guarded := newTransports(Options{}).dial
	o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == "hub.example:80" {
			return new(net.Dialer).DialContext(ctx, network, public.Listener.Addr().String())
		}
		return guarded(ctx, network, address)
	}
	client := New(o)
	t.Cleanup(client.Close)
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254", "10.0.0.1"} {
		there = "http://" + host + ":" + port + "/config/set"
		if err := client.Post(t.Context(), "http://hub.example/", url.Values{"hub.secret": {"hunter2"}}); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", host, err)
		}
	}
	if len(reached) > 0 {
		t.Errorf("a redirect reached %s inside", <-reached)
	}
}
