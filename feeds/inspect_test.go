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
		"dated now":     {rss("<item><title>а</title><pubDate>" + time.Now().Format(time.RFC1123Z) + "</pubDate></item>"), "", "this very minute"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.answer = func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("ETag", "1")
				io.WriteString(w, test.document)
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
