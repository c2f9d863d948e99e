package feeds

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"kabarchy/feeds/fetch"
	"kabarchy/subscriptions/redistest"
)

func TestConditionalRequests(t *testing.T) {
	t.Parallel()
	const when = "Mon, 23 Nov 2026 10:00:00 GMT"
	for name, header := range map[string]http.Header{
		"etag":          {"Etag": {`"v1"`}},
		"last modified": {"Last-Modified": {when}},
		"both":          {"Etag": {`W/"v1"`}, "Last-Modified": {when}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, rdb := redistest.Mini(t)
			d := newDesk(t, rdb, news(1)...)
			body := d.document()
			d.show(func(s *site) {
				s.answer = func(w http.ResponseWriter, r *http.Request) {
					if r.Header.Get("If-None-Match") == header.Get("Etag") && r.Header.Get("If-Modified-Since") == header.Get("Last-Modified") {
						w.WriteHeader(http.StatusNotModified)
						return
					}
					for name := range header {
						w.Header()[name] = header[name]
					}
					io.WriteString(w, body)
				}
			})
			d.poll(Result{First: true, Items: 1, New: 1})
			d.poll(Result{Unchanged: true})
			if h := d.poller.Health()[0]; !h.Healthy() {
				t.Errorf("an unchanged source counts as ill: %+v", h)
			}
		})
	}
}

// TestWhatASiteAnswers: each fault is one line that names the source and says what is wrong.
func TestWhatASiteAnswers(t *testing.T) {
	t.Parallel()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) }
	}
	body := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, s) }
	}
	redirect := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
	}
	for says, answer := range map[string]http.HandlerFunc{
		"404 Not Found: no feed at this address":        status(404),
		"410 Gone: the feed was given up":               status(410),
		"403 Forbidden: it does not let us":             status(403),
		"500 Internal Server Error: the site is broken": status(500),
		"answers 204":                      status(204),
		"answers 304":                      status(304),
		"this is no feed but an HTML page": body("<!DOCTYPE html><html><head><title>Башкы бет</title>"),
		"this is no feed: its root element is <urlset>": body("<?xml version='1.0'?><urlset></urlset>"),
		"this is no feed: it has no elements":           body("Сайт ремонттолууда"),
		"this is no feed but other JSON":                body(`{"error": "no such page"}`),
		"the document is empty":                         body(" \n"),
		"too many redirects":                            redirect("/"),
		"only http and https are followed, not ftp":     redirect("ftp://ukuk.example/rss"),
		"the document is too large: more than 65536":    endless(" "),
		"elements are nested deeper than 100 levels":    body("<rss>" + string(bytes.Repeat([]byte("<a>"), 1000))),
		"too large: more than 65536 bytes":              bomb(1 << 20),
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			_, rdb := redistest.Mini(t)
			s := newSite(t)
			s.answer = answer
			o := options(s.URL)
			o.MaxBytes = 64 << 10
			_, err := newPoller(t, o, NewArchive(rdb)).Poll(t.Context(), "minjust-ky")
			wantError(t, err, says)
			wantError(t, err, "source minjust-ky")
		})
	}
}

func endless(piece string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, piece); err != nil {
				return
			}
		}
	}
}

// bomb is some kilobytes on the wire and size bytes on arrival.
func bomb(size int) http.HandlerFunc {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	for range size >> 16 {
		z.Write(make([]byte, 1<<16))
	}
	z.Close()
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(packed.Bytes())
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	s := newSite(t)
	s.answer = func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	o := options(s.URL)
	o.Timeout = 300 * time.Millisecond
	_, err := newPoller(t, o, NewArchive(rdb)).Poll(t.Context(), "minjust-ky")
	wantError(t, err, "no whole answer within 300ms")
}

func TestRefusedConnection(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	s := httptest.NewServer(nil)
	s.Close()
	_, err := newPoller(t, options(s.URL), NewArchive(rdb)).Poll(t.Context(), "minjust-ky")
	wantError(t, err, "connection refused")
}

// TestPrivateAddresses: nothing but public addresses is dialled, neither at first
// nor after a redirect.
func TestPrivateAddresses(t *testing.T) {
	t.Parallel()
	inside := newSite(t)
	for _, address := range []string{
		inside.URL, "http://localhost:1/", "http://[::1]:1/", "http://10.0.0.1/", "http://192.168.1.1/",
		"http://169.254.169.254/latest/meta-data/", "http://[fd00::1]/", "http://[::ffff:127.0.0.1]:1/", "http://0.0.0.0:1/",
	} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			o := options(address)
			o.AllowPrivate = false
			_, rdb := redistest.Mini(t)
			_, err := newPoller(t, o, NewArchive(rdb)).Poll(t.Context(), "minjust-ky")
			if !errors.Is(err, fetch.ErrForbidden) {
				t.Errorf("got %v, want ErrForbidden", err)
			}
			wantError(t, err, "the address is not public")
		})
	}
	t.Cleanup(func() {
		if inside.asked() != 0 {
			t.Error("a private address was asked")
		}
	})
}

func TestCutDownloadIsReadAndFetchedAgain(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	d := newDesk(t, rdb, news(3)...)
	whole := d.document()
	d.show(func(s *site) {
		s.answer = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Etag", `"v1"`)
			w.Header().Set("Content-Length", fmt.Sprint(len(whole)))
			io.WriteString(w, whole[:len(whole)-100])
		}
	})
	d.poll(Result{First: true, Cut: true, Items: 2, New: 2})
	d.show(func(s *site) { s.answer = nil })
	d.poll(Result{Items: 3, New: 1, Held: 1}) // It was there before.
	d.told()
}

func TestWeSayWhoWeAre(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	d := newDesk(t, rdb)
	d.prime()
	begins(t, "User-Agent", d.requests[0].UserAgent(), "Kabarchy/1.0 (RSS feed reader")
	begins(t, "Accept", d.requests[0].Header.Get("Accept"), "application/rss+xml")
}

func TestInspect(t *testing.T) {
	t.Parallel()
	s := newSite(t, news(2)...)
	o := options(s.URL)
	r, err := Inspect(t.Context(), o, o.Sources[0])
	if err != nil {
		t.Fatal(err)
	}
	if r.Kind != "RSS 2.0" || r.Charset != "utf-8" || r.Title != "Министрлик" || len(r.Items) != 2 || r.Bytes == 0 {
		t.Errorf("got %+v", r)
	}
	if it := r.Items[0]; it.Title != "Жаңылык 2" || it.Text == 0 || len(it.Odd) != 1 {
		t.Errorf("got %+v", it)
	}
	s.Close()
	if _, err := Inspect(t.Context(), o, o.Sources[0]); err == nil {
		t.Error("a site that is not there was inspected")
	}
}
