package feeds

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kabarchy/subscriptions/redistest"
)

// board is a site without a feed: a page that lists news, and their pages.
type board struct {
	*desk
	mu     sync.Mutex
	shown  []int        // numbers of the news on the list, from the top
	broken map[int]bool // those whose pages fail
	read   []int        // those whose pages were asked for
}

func newBoard(t *testing.T, shown ...int) *board {
	_, rdb := redistest.Mini(t)
	b := &board{desk: &desk{t: t, site: newSite(t), Archive: NewArchive(rdb)}, shown: shown, broken: make(map[int]bool)}
	b.answer = b.serve
	o := options(b.URL + "/ky/news/17")
	o.Sources[0].Kind, o.Sources[0].Links = KindPage, `/ky/news/\d+$`
	b.poller = newPoller(t, o, b.Archive)
	return b
}

func (b *board) serve(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var n int
	if fmt.Sscanf(r.URL.Path, "/ky/news/%d", &n); n == 17 {
		b.list(w)
		return
	}
	b.read = append(b.read, n)
	if b.broken[n] {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	fmt.Fprint(w, articlePage(fmt.Sprintf("Юридикалык жардам жөнүндө %d-кабар", n),
		fmt.Sprintf("Бул %d-кабардын биринчи сабы, ал жетиштүү узун болууга тийиш.", n)))
}

func (b *board) list(w http.ResponseWriter) {
	fmt.Fprint(w, `<html><head><title>Жаңылыктар</title></head><body><a href="/">Башкы бет</a><a href="/ky/news/17">Жаңылыктар</a>`)
	for _, n := range b.shown {
		fmt.Fprintf(w, `<div><a href="/ky/news/%[1]d?utm_source=list"><img src="/%[1]d.jpg" alt="one"></a><a href="/ky/news/%[1]d">Юридикалык жардам жөнүн…</a><a href="/ky/news/%[1]d">Кененирээк</a></div>`, n)
	}
	fmt.Fprint(w, `<a href="/ky/contacts">Байланыш</a><a href="/ky/news/page/2">2</a></body></html>`)
}

// change changes the site, and returns which pages were read since the last change.
func (b *board) change(f func()) (read []int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f()
	read, b.read = b.read, nil
	return read
}

func TestPageThatListsNews(t *testing.T) {
	t.Parallel()
	b := newBoard(t, 102, 101)
	b.poll(Result{First: true, Items: 2, New: 2})
	b.told()
	items, err := b.Latest(t.Context(), "ky", 0, 10)
	if err != nil || len(items) != 2 {
		t.Fatalf("got %d items, %v", len(items), err)
	}
	it := items[0]
	equal(t, "title", it.Title, "Юридикалык жардам жөнүндө 102-кабар")
	equal(t, "summary", it.Summary, "Бул 102-кабардын биринчи сабы, ал жетиштүү узун болууга тийиш.")
	equal(t, "link", it.Link, b.URL+"/ky/news/102")
	equal(t, "date", it.Published.Format(time.DateOnly), "2018-11-22")
	b.poll(Result{Unchanged: true})

	// A new link is read, and no known one again.
	read := b.change(func() { b.shown = []int{103, 102} })
	if !slices.Equal(read, []int{102, 101}) {
		t.Errorf("the first poll read %v", read)
	}
	b.poll(Result{Items: 2, New: 1, Held: 1}) // It is of 2018.
	if read := b.change(func() {}); !slices.Equal(read, []int{103}) {
		t.Errorf("the second poll read %v, want 103 alone", read)
	}
	a, err := b.poller.Article(t.Context(), b.id("Юридикалык жардам жөнүндө 103-кабар"))
	if err != nil || !a.Whole || !strings.HasPrefix(a.Text(), "Бул 103-кабардын") {
		t.Errorf("article: %+v, %v", a, err)
	}
	if read := b.change(func() {}); len(read) != 0 {
		t.Errorf("the article was read again: %v", read)
	}
}

func TestPageWhoseArticlesFail(t *testing.T) {
	t.Parallel()
	b := newBoard(t, 102)
	b.broken[102] = true
	// On the first poll everything must be known afterwards.
	b.poll(Result{First: true, Items: 1, New: 1})
	equal(t, "titles", strings.Join(b.latest(), "|"), "Юридикалык жардам жөнүн…")
	// Later there is a next time.
	b.change(func() { b.shown = []int{103, 102}; b.broken[103] = true })
	b.poll(Result{Items: 2, Cut: true})
	b.change(func() { b.broken[103] = false })
	b.poll(Result{Items: 2, New: 1, Held: 1})
	b.poll(Result{Unchanged: true})
}

func TestPageWithoutSuchLinks(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	_, err := b.poller.Poll(t.Context(), "minjust-ky")
	wantError(t, err, "no link on the page fits the pattern")
}

func TestInspectPage(t *testing.T) {
	t.Parallel()
	b := newBoard(t, 102, 101)
	r, err := Inspect(t.Context(), b.poller.options, b.poller.options.Sources[0])
	if err != nil {
		t.Fatal(err)
	}
	if r.Kind != "HTML page" || len(r.Items) != 2 || r.Items[0].Text == 0 || r.Items[0].Title != "Юридикалык жардам жөнүндө 102-кабар" {
		t.Errorf("got %+v", r)
	}
	if read := b.change(func() {}); !slices.Equal(read, []int{102}) {
		t.Errorf("read %v, want the first alone", read)
	}
}

func TestPageSourcesAreChecked(t *testing.T) {
	t.Parallel()
	for says, spoil := range map[string]func(s *Source){
		"needs a pattern":         func(s *Source) { s.Kind = KindPage },
		"the pattern for its lin": func(s *Source) { s.Kind, s.Links = KindPage, "(" },
		`kind "sitemap" is`:       func(s *Source) { s.Kind = "sitemap" },
	} {
		o := options("https://ukuk.example")
		spoil(&o.Sources[0])
		_, err := NewPoller(o, nil)
		wantError(t, err, says)
	}
}
