package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kabarchy/cmd/kabarchy/config"
	"kabarchy/feeds/fetch"
)

// A site's picture is fetched from a public address, and no further than Telegram would.
func TestASitesPictureIsFetchedLikeAFeed(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/large":
			_, _ = w.Write([]byte(strings.Repeat("x", mostFetched+1)))
		case "/cut":
			w.Header().Set("Content-Length", "10")
			_, _ = w.Write([]byte("half"))
		default:
			_, _ = w.Write([]byte("picture"))
		}
	}))
	t.Cleanup(site.Close)
	open := newLinks(AppOptions{Config: &config.Config{Network: config.Network{AllowPrivateAddresses: true}}})
	public := newLinks(AppOptions{Config: &config.Config{}})
	t.Cleanup(open.client.Close)
	t.Cleanup(public.client.Close)
	if _, err := (pictures{sites: public.client}).Fetch(t.Context(), site.URL); !errors.Is(err, fetch.ErrForbidden) {
		t.Errorf("of this machine: %v", err)
	}
	if _, err := (pictures{sites: open.client}).Fetch(t.Context(), site.URL+"/large"); !errors.Is(err, fetch.ErrTooLarge) {
		t.Errorf("a large one: %v", err)
	}
	if got, err := (pictures{sites: open.client}).Fetch(t.Context(), site.URL+"/cut"); err == nil {
		t.Errorf("half of one: %q", got)
	}
	if got, err := (pictures{sites: open.client}).Fetch(t.Context(), site.URL); err != nil || string(got) != "picture" {
		t.Errorf("%q %v", got, err)
	}
}
