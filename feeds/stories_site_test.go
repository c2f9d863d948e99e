package feeds

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// storySite is the ministry's site of a story, and a stranger's on another host. It
// serves over real HTTP, from outside the bubble in which time is virtual.
type storySite struct {
	start       time.Time
	site, other string // their addresses

	mu        sync.Mutex
	now       time.Time
	sources   map[string]*Shown // by path
	elsewhere map[string]*Shown // by path, or address on the other host
	pages     map[string]pageShown
	requests  map[string]int // by path, or address on the other host
	err       error          // the story can't be shown
}

func newStorySite(t *testing.T, start time.Time) *storySite {
	s := &storySite{
		start: start, now: start, sources: make(map[string]*Shown), elsewhere: make(map[string]*Shown),
		pages: make(map[string]pageShown), requests: make(map[string]int),
	}
	s.site, s.other = serveAt(t, "127.0.0.1", s), serveAt(t, "127.0.0.2", s)
	return s
}

// serveAt serves on a host, from outside a bubble. An idle connection is a goroutine
// that waits for the network: with one, virtual time would stand still.
func serveAt(t *testing.T, host string, h http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", host+":0")
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: h}}
	server.Config.SetKeepAlivesEnabled(false)
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

// show changes what the site shows to what a step says.
func (s *storySite) show(story *story, st *step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, source := range story.Sources {
		show := &st.Shown
		if st.Shows != nil {
			show = st.Shows[source.ID]
		}
		if show != nil && show.says() {
			show.page = source.Kind == KindPage
			s.sources[source.Path] = show
		}
	}
	for path, page := range st.Pages {
		s.pages[path] = page
	}
	for address, show := range st.Elsewhere {
		show.page = len(story.Sources) == 1 && story.Sources[0].Kind == KindPage
		s.elsewhere[strings.NewReplacer("{SITE}", "", "{OTHER}", s.other).Replace(address)] = show
	}
}

// passes says that time has passed.
func (s *storySite) passes(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = now
}

// failed returns why the story could not be shown.
func (s *storySite) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// asked returns how often a source was asked.
func (s *storySite) asked(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[path]
}

func (s *storySite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	address := r.URL.Path
	if query, err := url.QueryUnescape(r.URL.RawQuery); err == nil && query != "" {
		address += "?" + query
	}
	if "http://"+r.Host == s.other {
		address = s.other + address
	}
	s.requests[address]++
	request := s.requests[address]
	page, isPage := s.pages[address]
	switch shown := cmp.Or(s.elsewhere[address], s.sources[address]); {
	case shown != nil:
		s.serveShown(w, r, shown, request)
	case isPage:
		w.Header().Set("Content-Type", page.contentType)
		w.WriteHeader(page.status)
		fmt.Fprint(w, s.fill(page.body, request))
	default:
		http.NotFound(w, r)
	}
}

// serveShown answers with what a step shows.
func (s *storySite) serveShown(w http.ResponseWriter, r *http.Request, shown *Shown, request int) {
	if c, err := r.Cookie("seen"); shown.Cookie && (err != nil || c.Value != "1") {
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1", Path: "/"})
		w.Header().Set("Location", r.URL.RequestURI())
		w.WriteHeader(http.StatusFound)
		return
	}
	standard := "application/rss+xml; charset=utf-8"
	if shown.page {
		standard = "text/html; charset=utf-8"
	}
	w.Header().Set("Content-Type", cmp.Or(shown.ContentType, standard))
	for name, value := range shown.Headers {
		w.Header().Set(name, s.fill(value, request))
	}
	if known(r.Header, w.Header(), shown.Repeat[http.StatusNotModified]) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body, err := shown.document(s.start)
	if err != nil {
		s.err = err
	}
	w.WriteHeader(cmp.Or(shown.Status, http.StatusOK))
	fmt.Fprint(w, s.fill(body, request))
}

// known reports whether a request names what is shown, or always does.
func known(asks, shows http.Header, always bool) bool {
	etag, since := asks.Get("If-None-Match"), asks.Get("If-Modified-Since")
	switch {
	case always:
		return etag != "" || since != ""
	case etag != "":
		return etag == shows.Get("ETag")
	}
	return since != "" && since == shows.Get("Last-Modified")
}

func (s *storySite) fill(text string, request int) string {
	return fill(text, request, s.now, s.site, s.other)
}
