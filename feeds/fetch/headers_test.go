package fetch

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"kabarchy/feeds/feedtest"
)

func TestWishesInHeaders(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "120": 2 * time.Minute, "-5": 0, "soon": 0, "99999999999999999999": 0,
		"Mon, 23 Nov 2026 11:00:00 GMT": time.Hour, "Mon, 23 Nov 2020 11:00:00 GMT": 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("Retry-After %q: got %v, want %v", value, got, want)
		}
	}
	for value, want := range map[string]time.Duration{
		"": 0, "no-cache": 0, "public, max-age=600": 10 * time.Minute, "Max-Age=60": time.Minute, "max-age=0": 0, "max-age=x": 0, "s-maxage=60": 0,
	} {
		if got := maxAge(http.Header{"Cache-Control": {value}}); got != want {
			t.Errorf("Cache-Control %q: got %v, want %v", value, got, want)
		}
	}
}

func TestMovedTo(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	for path, step := range map[string]struct {
		code int
		to   string
	}{"/a": {301, "/b"}, "/b": {308, "/end"}, "/c": {301, "/d"}, "/d": {302, "/end"}} {
		mux.Handle(path, http.RedirectHandler(step.to, step.code))
	}
	mux.HandleFunc("/end", func(http.ResponseWriter, *http.Request) {})
	server := httptest.NewServer(mux)
	defer server.Close()
	for path, want := range map[string]string{"/a": server.URL + "/end", "/b": server.URL + "/end", "/c": "", "/d": "", "/end": ""} {
		resp, err := server.Client().Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		feedtest.Equal(t, path, movedTo(resp), want)
	}
}
