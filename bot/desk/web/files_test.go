package web

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/locale"
)

// vendored are the files that others wrote, by the SHA-256 that npm's packages htmx.org 2.0.11
// and htmx-ext-sse 2.2.4 give them. Their licences stand beside them.
var vendored = map[string]string{
	"htmx-2.0.11.min.js":        "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
	"htmx-ext-sse-2.2.4.min.js": "98a46496de0c3605fbffdce9167ba427bdd9553184f83f149c261891a92c0136",
}

func TestVendoredFilesAreAsTheyWereReleased(t *testing.T) {
	t.Parallel()
	for name, sum := range vendored {
		text, err := os.ReadFile("static/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if got := sha256.Sum256(text); hex.EncodeToString(got[:]) != sum {
			t.Errorf("static/%s is not what was released", name)
		}
	}
	for _, name := range []string{"htmx.LICENSE", "htmx-ext-sse.LICENSE"} {
		if _, err := os.Stat("static/" + name); err != nil {
			t.Error(err)
		}
	}
}

// mostBytes is how much the first page may take, with all that it loads.
const mostBytes = 60_000

var loaded = regexp.MustCompile(`(?:href|src)="(/desk/static/[^"]+)"`)

// TestTheFirstPageIsSmall adds up what comes over the line for it.
func TestTheFirstPageIsSmall(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		for i := range 30 {
			o.submitted("abcdefghi"+string(rune('a'+i%26))+decimal(int64(i)), "Free legal advice in all districts of the city of Osh")
		}
		b := o.signIn(cholpon)
		_, page := b.get("/desk/")
		sum, files := b.line("/desk/", ""), map[string]bool{}
		t.Logf("%6d bytes: the page, with 20 cases; of %d", sum, len(page))
		for _, found := range loaded.FindAllStringSubmatch(page, -1) {
			if files[found[1]] {
				continue
			}
			files[found[1]] = true
			n := o.zipped(t, found[1])
			sum += n
			t.Logf("%6d bytes: %s", n, found[1])
		}
		t.Logf("%6d bytes in all", sum)
		if sum > mostBytes || len(files) < 4 {
			t.Errorf("the first page takes %d bytes with %d files", sum, len(files))
		}
	})
}

// line is how many bytes of a page come over the line to somebody who goes there from a site, by its
// Sec-Fetch-Site.
func (b *browser) line(path, from string) int {
	b.t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	r.Host = b.host
	r.Header.Set("Accept-Encoding", "gzip, br")
	r.Header.Set("Sec-Fetch-Site", from)
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	if b.web.ServeHTTP(w, r); w.Code != http.StatusOK {
		b.t.Fatalf("%s: %d", path, w.Code)
	}
	return w.Body.Len()
}

// Another site that leads here with words of its own, and sees how much comes, learns nothing by that.
func TestWhatAnotherSiteAsksIsNotCompressed(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		b := o.signIn(cholpon)
		whole := b.line("/desk/readers?days=7", "cross-site")
		for _, from := range []string{"same-origin", "none", "", "same-site"} {
			n := b.line("/desk/readers?days=7", from)
			if small := n < whole/2; small != (from == "same-origin" || from == "none") {
				t.Errorf("from %q come %d bytes, of %d", from, n, whole)
			}
		}
		if n := b.line("/desk/readers", "cross-site"); n > whole/2 {
			t.Errorf("the address says nothing, and %d bytes come", n)
		}
	})
}

// zipped is how many bytes a file takes, and sees that it is what it says it is.
func (o *office) zipped(t *testing.T, path string) int {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	r.Host = "bot.example.kg"
	r.Header.Set("Accept-Encoding", "gzip, br")
	w := httptest.NewRecorder()
	o.web.ServeHTTP(w, r)
	n := w.Body.Len()
	if w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Fatalf("%s: %d %v", path, w.Code, w.Header())
	}
	contains(t, w.Header().Get("Cache-Control"), "immutable", "!no-store")
	unzip, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(unzip); err != nil || len(text) < n/2 {
		t.Errorf("%s: %d bytes, %v", path, len(text), err)
	}
	r.Header.Set("If-None-Match", w.Header().Get("ETag"))
	again := httptest.NewRecorder()
	if o.web.ServeHTTP(again, r); again.Code != http.StatusNotModified {
		t.Errorf("%s again: %d", path, again.Code)
	}
	return n
}

// TestNoPageLoadsWhatTheRulesForbid holds the pages to their Content-Security-Policy.
func TestNoPageLoadsWhatTheRulesForbid(t *testing.T) {
	t.Parallel()
	forbidden := regexp.MustCompile(`(?i)\sstyle=|\son[a-z]+=|<style|<script>|javascript:|hx-on|https?://`)
	entries, err := pageFiles.ReadDir("pages")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := pageFiles.ReadFile("pages/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if found := forbidden.Find(text); found != nil {
			t.Errorf("pages/%s holds %q", e.Name(), found)
		}
	}
	rules := readFirst(readFiles()).policy(nil)
	contains(t, rules, "default-src 'none'", "script-src 'self' 'sha256-", "style-src 'sha256-", "frame-ancestors https://web.telegram.org", "!unsafe", "!*")
}

// On a phone each language has a tab, which shows its text and its message and no other.
func TestEachLanguageHasItsTab(t *testing.T) {
	t.Parallel()
	style, err := os.ReadFile("static/desk.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range locale.Languages() {
		tab := "#tab-" + language + ":checked ~ "
		contains(t, string(style), tab+`.tabs [for="tab-`+language, tab+`.texts > :not([data-language="`+language, tab+`#draft .phone:not([data-reader="`+language)
	}
}

// TestAForeignFrameShowsNothing: the browser is told whom alone it may show a page to.
func TestAForeignFrameShowsNothing(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		b := o.signIn(bakyt)
		for _, path := range []string{"/desk/", "/desk/entered", "/desk/in/x", "/desk/none"} {
			status, page := b.get(path)
			got := b.last.Header.Get("Content-Security-Policy")
			if !strings.HasSuffix(got, "; frame-ancestors https://web.telegram.org") {
				t.Errorf("%s: %q", path, got)
			}
			if status == http.StatusSeeOther {
				continue
			}
			for _, tag := range []string{"style", "script"} { // that stand in the page
				_, text, _ := strings.Cut(page, "<"+tag+">")
				text, _, stands := strings.Cut(text, "</"+tag+">")
				if contains(t, got, tag+"-src ", hashOf(text)); !stands {
					t.Errorf("%s has no %s", path, tag)
				}
			}
		}
		time.Sleep(time.Second)
	})
}
