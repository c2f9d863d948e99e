package feeds

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"kabarchy/subscriptions/redistest"
)

// articlePage is a page of the site, with furniture around its text.
func articlePage(title string, paragraphs ...string) string {
	return `<!DOCTYPE html><html><head><title>` + title + ` | Министрлик</title>
<link rel="alternate" hreflang="ru" href="/ru/news/1"></head><body>
<nav><a href="/">Башкы бет</a></nav><div class="content"><a href="/ky/news">Артка</a><h1>` + title + `</h1><p>22 ноябрь 2018</p><p>` +
		strings.Join(paragraphs, "</p><p>") + `</p></div><footer>Бардык укуктар корголгон</footer></body></html>`
}

var longText = []string{
	"Юридикалык жардам кызматы жарандарга акысыз кеңеш берүү күнүн өткөрөт, ага ар ким келе алат.",
	"Кабыл алуу эртең мененки саат тогуздан кечки бешке чейин, тыныгуусуз уланат деп кабарлайт кызмат.",
}

// newLibrary is a desk whose site also serves its posts' pages.
func newLibrary(t *testing.T, page http.HandlerFunc) (d *desk, asked func() int) {
	_, rdb := redistest.Mini(t)
	d = newDesk(t, rdb)
	var mu sync.Mutex
	n := 0
	d.show(func(s *site) {
		s.posts = []post{{Title: "Кеңеш берүү күнү", Text: "Кыскача", Link: s.URL + "/ky/news/1"}}
		s.answer = func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				s.mu.Lock()
				defer s.mu.Unlock()
				io.WriteString(w, s.document())
				return
			}
			mu.Lock()
			n++
			mu.Unlock()
			page(w, r)
		}
	})
	return d, func() int { mu.Lock(); defer mu.Unlock(); return n }
}

func TestArticleFromItsPage(t *testing.T) {
	t.Parallel()
	d, asked := newLibrary(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, articlePage("Кеңеш берүү күнү", longText...))
	})
	d.poll(Result{First: true, Items: 1, New: 1})
	if asked() != 0 {
		t.Error("a first poll reads no pages")
	}
	var readers sync.WaitGroup
	for range 20 {
		readers.Go(func() {
			a, err := d.poller.Article(t.Context(), d.id("Кеңеш берүү күнү"))
			if err != nil || !a.Whole || a.Text() != strings.Join(longText, "\n") || a.Title != "Кеңеш берүү күнү" {
				t.Errorf("got %+v, %v", a, err)
			}
			if a.Alternates["ru"] != d.URL+"/ru/news/1" {
				t.Errorf("alternates: %v", a.Alternates)
			}
		})
	}
	readers.Wait()
	if asked() != 1 {
		t.Errorf("the page was asked %d times, want once", asked())
	}
}

func TestArticleOfAnAnnouncedItemIsThere(t *testing.T) {
	t.Parallel()
	d, asked := newLibrary(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, articlePage("Кеңеш берүү күнү", longText...))
	})
	posts := d.posts
	d.show(func(s *site) { s.posts = nil })
	d.prime()
	d.show(func(s *site) { s.posts = posts })
	d.poll(Result{Items: 1, New: 1, Announced: 1})
	if asked() != 1 {
		t.Errorf("the page was asked %d times, want once", asked())
	}
	d.show(func(s *site) { s.posts[0].Text = "Оңдолду" })
	d.poll(Result{Items: 1, Changed: 1, Announced: 1})
	if asked() != 2 {
		t.Errorf("after a correction the page was asked %d times, want twice", asked())
	}
}

func TestArticleFallsBackToTheSummary(t *testing.T) {
	t.Parallel()
	for name, page := range map[string]http.HandlerFunc{
		"no page": func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) },
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.2:1/", http.StatusFound)
		},
		"a document": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/pdf")
			io.WriteString(w, "%PDF-1.7")
		},
		"an empty page": func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "<html><body><a href='/'>Артка</a></body></html>")
		},
		"too deep": func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, strings.Repeat("<div>", 1000)) },
		"too long": func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, strings.Repeat(" ", maxPage+1)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, asked := newLibrary(t, page)
			d.poll(Result{First: true, Items: 1, New: 1})
			for range 2 {
				a, err := d.poller.Article(t.Context(), d.id("Кеңеш берүү күнү"))
				if err != nil || a.Whole || a.Text() != "Кыскача" {
					t.Errorf("got %+v, %v, want the summary", a, err)
				}
			}
			if asked() != 1 {
				t.Errorf("the page was asked %d times, want once", asked())
			}
		})
	}
}

func TestArticleFromTheFeed(t *testing.T) {
	t.Parallel()
	d, asked := newLibrary(t, http.NotFound)
	full := "<h2>Кеңеш берүү күнү</h2>"
	for range 5 {
		full += "<p>" + strings.Join(longText, "</p><p>") + "</p>"
	}
	d.show(func(s *site) {
		s.posts[0].Text += "</description><content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'><![CDATA[" + full + "]]></content:encoded><description>Кыскача"
	})
	d.poll(Result{First: true, Items: 1, New: 1})
	a, err := d.poller.Article(t.Context(), d.id("Кеңеш берүү күнү"))
	if err != nil || !a.Whole || len(a.Blocks) != 10 || a.Blocks[0].Text() != longText[0] {
		t.Errorf("got %+v, %v", a, err)
	}
	if asked() != 0 {
		t.Error("the page was asked for what the feed held")
	}
}

func TestArticleOfNothing(t *testing.T) {
	t.Parallel()
	d, _ := newLibrary(t, http.NotFound)
	d.poll(Result{First: true, Items: 1, New: 1})
	if _, err := d.poller.Article(t.Context(), "nosuch"); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	id := d.id("Кеңеш берүү күнү")
	if err := d.Withdraw(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := d.poller.Article(t.Context(), id); !errors.Is(err, ErrNotFound) {
		t.Errorf("a withdrawn item: got %v, want ErrNotFound", err)
	}
}

func TestWholeInFeed(t *testing.T) {
	t.Parallel()
	p := newPoller(t, options("https://x.example"), nil)
	long := strings.Repeat("Узун текст. ", 50)
	for name, test := range map[string]struct {
		e    entry
		link string
		want bool
	}{
		"full and long":      {entry{Full: true, HTML: long}, "https://x.example/1", true},
		"full and cut short": {entry{Full: true, HTML: long + "…"}, "https://x.example/1", false},
		"cut in brackets":    {entry{Full: true, HTML: long + "[...]"}, "https://x.example/1", false},
		"full and short":     {entry{Full: true, HTML: "Кыска"}, "https://x.example/1", false},
		"a description":      {entry{HTML: long}, "https://x.example/1", false},
		"a long one":         {entry{HTML: strings.Repeat(long, 3)}, "https://x.example/1", true},
		"no page":            {entry{HTML: "Кыска"}, "", true},
		"nothing":            {entry{}, "", false},
	} {
		if _, got := p.wholeInFeed(test.e, Item{Link: test.link}); got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}
