package feeds

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"kabarchy/feeds/fetch"
)

// answers are a site's, by path; they may be changed while it is read.
type answers struct {
	mu     sync.Mutex
	byPath map[string]http.HandlerFunc
}

func (a *answers) set(path string, h http.HandlerFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.byPath[path] = h
}

func (a *answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	h := a.byPath[r.URL.Path]
	a.mu.Unlock()
	if h == nil {
		h = http.NotFound
	}
	h(w, r)
}

// TestUnreadPages: what can't be read is told by its title and link, at once where it is
// no page, and else after a few tries, though the program is started anew before each; what
// is not there is told when it is there.
func TestUnreadPages(t *testing.T) {
	t.Parallel()
	site := &answers{byPath: make(map[string]http.HandlerFunc)}
	address := serveAt(t, "127.0.0.1", site)
	mini := miniredis.RunT(t)
	rdb := redis.NewClient(&redis.Options{Addr: mini.Addr(), DisableIdentity: true})
	t.Cleanup(func() { _ = rdb.Close() })
	list := func(links ...string) {
		body := `<html><body><a href="/n/0">Эски жаңылыктын аталышы</a>`
		for _, l := range links {
			body += fmt.Sprintf(`<p><a href="%s">Аталышы узун жаңылык: %s</a></p>`, l, l)
		}
		site.set("/list", raw(body+"</body></html>"))
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	synctest.Test(t, func(t *testing.T) {
		archive := NewArchive(rdb)
		o := options(address + "/list")
		o.Sources[0].Kind, o.Sources[0].Links = KindPage, `/n/[^/]+$`
		d := &desk{t: t, Archive: archive}
		poll := func(want ...string) {
			t.Helper()
			if _, err := newPoller(t, o, archive).Poll(t.Context(), "minjust-ky"); err != nil {
				t.Fatal(err)
			}
			for i := range want {
				want[i] = "published Аталышы узун жаңылык: " + want[i]
			}
			got := d.take()
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("told %q, want %q", got, want)
			}
			time.Sleep(5 * time.Minute)
		}
		site.set("/n/0", raw(articlePage("Эски жаңылыктын аталышы", "Бул кабардын биринчи сабы, ал жетиштүү узун болууга тийиш.")))
		list()
		poll()

		site.set("/n/a.pdf", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/pdf")
			w.Header().Set("Content-Length", fmt.Sprint(50<<20)) // It is not downloaded.
		})
		site.set("/n/b.doc", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, "PK\x03\x04")
		})
		site.set("/n/500", status(500))
		site.set("/n/broken", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
		site.set("/n/script", raw("<html><body><script>draw()</script></body></html>"))
		list("/n/404", "/n/500", "/n/a.pdf", "/n/b.doc", "/n/broken", "/n/script", "https://other.example/n/c")
		poll("/n/a.pdf", "/n/b.doc", "/n/script", "https://other.example/n/c")
		poll()
		poll("/n/500", "/n/broken")
		poll()
		site.set("/n/404", raw("<html><body><h1>Аталышы узун жаңылык: /n/404</h1><p>Бул кабардын биринчи сабы, ал жетиштүү узун болууга тийиш.</p></body></html>"))
		poll("/n/404")
		poll()
	})
}

// TestEndsOfBodies: a document that has its end is whole, whatever the connection says
// of its length (puput#139, gofeed#219).
func TestEndsOfBodies(t *testing.T) {
	t.Parallel()
	feed := itemDoc("<title>К</title>")
	answer := func(head, body string, wait bool) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				return
			}
			defer c.Close()
			defer context.AfterFunc(t.Context(), func() { c.Close() })()
			io.WriteString(c, "HTTP/1.1 200 OK\r\n"+head+"\r\n"+body)
			if wait {
				io.Copy(io.Discard, c) // Until the other end gives up.
			}
		}
	}
	for name, test := range map[string]struct {
		serve http.HandlerFunc
		items int
		cut   bool
	}{
		"a length that is too long":     {answer("Content-Length: 9999\r\n", feed, false), 1, false},
		"no last chunk":                 {answer("Transfer-Encoding: chunked\r\n", fmt.Sprintf("%x\r\n%s\r\n", len(feed), feed), false), 1, false},
		"a connection that stays open":  {answer("", feed, true), 1, false},
		"chunks that never end":         {answer("Transfer-Encoding: chunked\r\n", fmt.Sprintf("%x\r\n%s\r\n", len(feed), feed), true), 1, false},
		"lines without carriage return": {answer(fmt.Sprintf("Content-Length: %d\r\n", len(feed)), feed, false), 1, false},
		"half":                          {answer("Content-Length: 9999\r\n", feed[:len(feed)-40], false), 0, true},
		"no end, but its length":        {answer("Content-Length: "+fmt.Sprint(len(feed)-16)+"\r\n", strings.TrimSuffix(feed, "</channel></rss>"), false), 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(serveAt(t, "127.0.0.1", test.serve) + "/rss")
			if strings.Contains(name, "never end") {
				o.Timeout = time.Second // Which passes.
			}
			p := &Poller{options: o.withDefaults(), fetcher: fetch.New(o.withDefaults().fetching())}
			defer p.fetcher.Close()
			resp, err := p.fetcher.Get(t.Context(), fetch.Request{URL: o.Sources[0].URL, MaxBytes: 1 << 20})
			if err != nil {
				t.Fatal(err)
			}
			d, err := p.understand(resp, o.Sources[0])
			if errors.Is(err, errCut) != test.cut || err != nil && !test.cut || len(d.Entries) != test.items || d.Cut != test.cut {
				t.Errorf("%d items, cut %v, %v", len(d.Entries), d.Cut, err)
			}
		})
	}
}
