package feeds

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestWhatIsOdd: each oddity is told in words that say what it means.
func TestWhatIsOdd(t *testing.T) {
	t.Parallel()
	rss := func(items string) string { return "<rss version='2.0'><channel>" + items + "</channel></rss>" }
	item := func(inner string) string {
		return rss("<item><title>Аталышы</title><description>Тексти</description><link>https://x.example/1</link><pubDate>22 ноябрь 2018</pubDate>" + inner + "</item>")
	}
	for name, test := range map[string]struct{ document, odd, oddItem string }{
		"nothing":       {item(""), "", ""},
		"no items":      {rss(""), "it has no items", ""},
		"cut":           {strings.TrimSuffix(item(""), "</channel></rss>") + "<item><ti", "it ends in the middle", ""},
		"wrong charset": {"<?xml version='1.0' encoding='windows-1251'?>" + item(""), "it says that it is in windows-1251 and is in utf-8", ""},
		"too many":      {rss(strings.Repeat("<item><title>x</title></item>", itemsKept+1)), "more than 500 items", "no date"},
		"shared links":  {rss("<item><title>а</title><link>https://x.example/</link></item><item><title>б</title><link>https://x.example/</link></item>"), "share a link", "no date"},
		"no date":       {rss("<item><title>а</title><link>https://x.example/1</link></item>"), "", "no date"},
		"no text":       {rss("<item><title>а</title><link>https://x.example/1</link></item>"), "", "no text"},
		"no link":       {rss("<item><title>а</title></item>"), "", "no link"},
		"strange date":  {rss("<item><title>а</title><pubDate>кечээ</pubDate></item>"), "", `its date "кечээ" is not understood`},
		"event's date":  {rss("<item><title>а</title><pubDate>1.1.2090</pubDate></item>"), "", "lies ahead"},
		"dated now":     {rss("<item><title>а</title><pubDate>{now}</pubDate></item>"), "", "this very minute"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.answer = func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("ETag", "1")
				io.WriteString(w, strings.ReplaceAll(test.document, "{now}", time.Now().Format(time.RFC1123Z)))
			}
			o := options(s.URL)
			r, err := Inspect(t.Context(), o, o.Sources[0])
			if err != nil {
				t.Fatal(err)
			}
			odd := strings.Join(r.Odd, "\n")
			if test.odd == "" && odd != "" || !strings.Contains(odd, test.odd) {
				t.Errorf("the document: got %q, want %q", odd, test.odd)
			}
			oddItem := ""
			if len(r.Items) > 0 {
				oddItem = strings.Join(r.Items[0].Odd, "\n")
			}
			if name == "nothing" && oddItem != "" || !strings.Contains(oddItem, test.oddItem) {
				t.Errorf("its first item: got %q, want %q", oddItem, test.oddItem)
			}
		})
	}
}

func TestInspectTellsThatASourceMoved(t *testing.T) {
	t.Parallel()
	old, moved := newSite(t), newSite(t, news(1)...)
	old.answer = http.RedirectHandler(moved.URL, http.StatusMovedPermanently).ServeHTTP
	o := options(old.URL)
	r, err := Inspect(t.Context(), o, o.Sources[0])
	if err != nil || !strings.Contains(strings.Join(r.Odd, "\n"), "permanently moved to "+moved.URL) {
		t.Errorf("got %q, %v", r.Odd, err)
	}
}

// TestInspectSaysWhatIsOdd: each oddity is a sentence that says what it means, or what
// to do.
func TestInspectSaysWhatIsOdd(t *testing.T) {
	t.Parallel()
	site := &answers{byPath: make(map[string]http.HandlerFunc)}
	address := serveAt(t, "127.0.0.1", site)
	list := func(link string) string {
		return `<html><body><a href="` + link + `">Буйруктун толук аталышы</a></body></html>`
	}
	site.set("/a.pdf", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "application/pdf") })
	for name, test := range map[string]struct {
		kind string
		doc  string
		says string
	}{
		"warning":         {"", "<b>Warning</b>: x<br>" + itemDoc("<title>К</title>"), `prints "Warning: x" around the feed: that is left out; its administrator should switch off`},
		"ttl":             {"", rssHead + "<ttl>60</ttl></channel></rss>", "left alone for 1h0m0s: news must not wait so long, it is asked every 5m0s"},
		"broken letters":  {"", itemDoc("<title>Кабар министрликтен \xd0</title>"), "some letters are broken (1)"},
		"cut":             {"", rssHead + "<item><title>К</title></item><item><title>", "it ends in the middle"},
		"mended link":     {"", itemDoc(`<title>К</title><link>/5%\x</link>`), "mended as browsers do"},
		"hopeless link":   {"", itemDoc(`<title>К</title><link>mailto:a@b</link>`), "readers get no button to the page"},
		"brackets":        {"", itemDoc(`<title>5 &lt; 7</title>`), "a < or > that belongs to no tag"},
		"strange date":    {"", itemDoc(`<title>К</title><pubDate>эртең</pubDate>`), "the site should write dates such as"},
		"a file":          {KindPage, list("/a.pdf"), "1 of 1 links lead to files such as PDF"},
		"a missing page":  {KindPage, list("/a"), "told by their title after a few tries, one that is not there when it comes"},
		"a strange page":  {KindPage, list("https://other.example/a"), "if the host is the ministry's, put it under hosts"},
		"no items at all": {"", rssHead + "</channel></rss>", "nothing will be published until one appears"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := "/" + strings.ReplaceAll(name, " ", "-")
			site.set(path, raw(test.doc))
			o := options(address + path)
			o.Schedule = "@every 1m"
			if o.Sources[0].Kind = test.kind; test.kind == KindPage {
				o.Sources[0].Links = "/a"
			}
			r, err := Inspect(t.Context(), o, o.Sources[0])
			if err != nil {
				t.Fatal(err)
			}
			odd := r.Odd
			for _, it := range r.Items {
				odd = append(odd, it.Odd...)
			}
			if !strings.Contains(strings.Join(odd, "\n"), test.says) {
				t.Errorf("said %q", odd)
			}
		})
	}
}
