package feeds

import (
	"cmp"
	"context"
	commandline "flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"kabarchy/feeds/feedtest"
	"kabarchy/subscriptions/redistest"
)

// TestMain lets garbage gather: memory is there, time is not. More tests run at once than
// there are cores: some wait for real servers.
func TestMain(m *testing.M) {
	if err := commandline.Set("test.parallel", strconv.Itoa(max(8, runtime.GOMAXPROCS(0)))); err != nil {
		panic(err)
	}
	debug.SetGCPercent(400)
	goleak.VerifyTestMain(m)
}

// post is one item on a ministry's site.
type post = feedtest.Item

// site is a ministry's site with one feed.
type site struct {
	*httptest.Server
	mu       sync.Mutex
	posts    []post
	tail     string           // stands behind the items: changes the document and no item
	answer   http.HandlerFunc // answers in the feed's place where it is set
	requests []*http.Request
}

func newSite(t testing.TB, posts ...post) *site {
	s := &site{posts: posts}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests = append(s.requests, r)
	answer, body := s.answer, s.document()
	s.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	fmt.Fprint(w, body)
}

func (s *site) document() string { return feedtest.Feed(s.posts, s.tail) }

// show changes what the site shows.
func (s *site) show(change func(s *site)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

func (s *site) asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

// news returns n different posts, the newest first.
func news(n int) []post {
	posts := make([]post, n)
	for i := range posts {
		posts[i] = post{
			Title: fmt.Sprintf("Жаңылык %d", n-i),
			Text:  fmt.Sprintf("Юридикалык жардам кызматынын %d-жаңылыгы", n-i),
			Link:  fmt.Sprintf("https://ukuk.example/ky/news/%d", n-i),
		}
	}
	return posts
}

// dated gives posts the date of this moment.
func dated(posts []post) []post {
	for i := range posts {
		posts[i].Date = time.Now().Format(time.RFC1123Z)
	}
	return posts
}

// options are those of a poller of one source.
func options(url string) Options {
	return Options{
		Sources:      []Source{{ID: "minjust-ky", Language: "ky", URL: url}},
		Schedule:     "@every 1h",
		Zone:         time.FixedZone("KGT", 6*60*60),
		AllowPrivate: true,
	}
}

// desk is a site, its poller and its archive.
type desk struct {
	t *testing.T
	*site
	*Archive
	poller *Poller
}

// eachDesk runs a test on each kind of Redis, beside others, with a desk whose site shows
// such posts.
func eachDesk(t *testing.T, posts []post, test func(t *testing.T, d *desk)) {
	t.Helper()
	t.Parallel()
	redistest.Each(t, func(t *testing.T, rdb redis.UniversalClient) {
		t.Parallel()
		test(t, newDesk(t, rdb, slices.Clone(posts)...)) // each site changes its own
	})
}

func newDesk(t *testing.T, rdb redis.UniversalClient, posts ...post) *desk {
	d := &desk{t: t, site: newSite(t, posts...), Archive: NewArchive(rdb)}
	d.poller = newPoller(t, options(d.URL), d.Archive)
	return d
}

func newPoller(t testing.TB, o Options, a *Archive) *Poller {
	t.Helper()
	p, err := NewPoller(o, a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.fetcher.Close)
	return p
}

// poll polls and expects it to do what is wanted, apart from Source and Bytes.
func (d *desk) poll(want Result) {
	d.t.Helper()
	got, err := d.poller.Poll(d.t.Context(), "minjust-ky")
	if err != nil {
		d.t.Fatal(err)
	}
	want.Source, want.Bytes = "minjust-ky", got.Bytes
	if got != want {
		d.t.Fatalf("poll\n got %+v\nwant %+v", got, want)
	}
}

// prime makes a source known by a first poll, of something else than the test is about.
func (d *desk) prime() {
	d.t.Helper()
	d.show(func(s *site) {
		s.posts = []post{{Title: "Башталышы", Text: "Сайт ачылды", Link: "https://ukuk.example/ky/start-of-all"}}
	})
	d.poll(Result{First: true, Items: 1, New: 1})
	d.show(func(s *site) { s.posts = nil })
}

// take empties the outbox and returns it as "kind title" lines.
func (d *desk) take() []string {
	d.t.Helper()
	list, err := d.Announcements(d.t.Context(), 1000)
	if err != nil {
		d.t.Fatal(err)
	}
	var told []string
	for _, a := range list {
		it, err := d.Item(d.t.Context(), a.Item)
		if err != nil {
			d.t.Fatal(err)
		}
		told = append(told, string(a.Kind)+" "+it.Title)
		if err := d.Announced(d.t.Context(), a.ID); err != nil {
			d.t.Fatal(err)
		}
	}
	return told
}

// told expects the outbox to hold exactly this.
func (d *desk) told(want ...string) {
	d.t.Helper()
	if got := d.take(); !slices.Equal(got, want) {
		d.t.Fatalf("told\n got %q\nwant %q", got, want)
	}
}

// latest returns the titles of the latest list.
func (d *desk) latest() []string {
	d.t.Helper()
	items, err := d.Latest(d.t.Context(), "ky", 0, 1000)
	if err != nil {
		d.t.Fatal(err)
	}
	var titles []string
	for _, it := range items {
		titles = append(titles, it.Title)
	}
	return titles
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain: %s", cmp.Or(what, "?"))
		case <-time.After(5 * time.Millisecond):
		}
	}
}
