package fetch

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
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
