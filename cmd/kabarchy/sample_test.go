package main

import (
	"encoding/xml"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"kabarchy/cmd/kabarchy/sample"
)

func TestItemsAreWhole(t *testing.T) {
	t.Parallel()
	items, err := sample.Items()
	if err != nil {
		t.Fatal(err)
	}
	if len(items) < 7 {
		t.Errorf("%d items, want at least 7", len(items))
	}
	drafts := 0
	for i, item := range items {
		if item.Number != i+1 {
			t.Errorf("item %d has number %d: the numbers must be without a gap", i+1, item.Number)
		}
		if !item.Archived {
			drafts++
		}
		checkPicture(t, item.Picture)
		paragraphs := len(item.Editions["ky"].Paragraphs(false))
		for _, language := range []string{"ky", "ru", "en"} {
			checkEdition(t, item.Number, language, item.Editions[language], paragraphs)
		}
	}
	if drafts < 6 {
		t.Errorf("%d drafts, want at least 6", drafts)
	}
}

func checkPicture(t *testing.T, name string) {
	t.Helper()
	f, err := os.Open(filepath.Join("sample", "pictures", name))
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() > 60_000 {
		t.Errorf("%s: %v, %d bytes, want at most 60,000", name, err, info.Size())
	}
	if config, err := png.DecodeConfig(f); err != nil || config.Width != 1280 || config.Height != 720 {
		t.Errorf("%s: %v, %dx%d, want 1280x720", name, err, config.Width, config.Height)
	}
	if _, err := os.Stat(filepath.Join("sample", "pictures", strings.TrimSuffix(name, ".png")+".svg")); err != nil {
		t.Errorf("%s has no drawing: %v", name, err)
	}
}

// scripts says which letters an edition is written in.
var scripts = map[string]*unicode.RangeTable{"ky": unicode.Cyrillic, "ru": unicode.Cyrillic, "en": unicode.Latin}

func checkEdition(t *testing.T, number int, language string, e sample.Edition, paragraphs int) {
	t.Helper()
	for field, text := range map[string]string{
		"category": e.Category, "title": e.Title, "text": e.Text, "correction": e.Correction,
	} {
		first := strings.IndexFunc(text, unicode.IsLetter)
		if first < 0 || !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(scripts[language], r) }) {
			t.Errorf("item %d, %s: %s %q is not written in that language", number, language, field, text)
		}
		if strings.Contains(text, "  ") {
			t.Errorf("item %d, %s: two spaces in the %s", number, language, field)
		}
	}
	if language == "ky" && !strings.ContainsAny(e.Text, "ңөү") {
		t.Errorf("item %d: no Kyrgyz letter in the Kyrgyz text", number)
	}
	if language == "ru" && strings.ContainsAny(e.Title+e.Correction, "ңүҢҮ") {
		t.Errorf("item %d: a Kyrgyz letter in the Russian title", number)
	}
	if got := len(e.Paragraphs(false)); got != paragraphs {
		t.Errorf("item %d, %s: %d paragraphs, the Kyrgyz has %d", number, language, got, paragraphs)
	}
}

// TestTheConferenceReportIsAmongThem: the longest item, word for word as it was published.
func TestTheConferenceReportIsAmongThem(t *testing.T) {
	t.Parallel()
	items, err := sample.Items()
	if err != nil {
		t.Fatal(err)
	}
	paragraphs := items[5].Editions["ky"].Paragraphs(false)
	if len(paragraphs) != 6 || !strings.HasPrefix(paragraphs[0], "2018-жылдын 13-15-ноябрында Тбилиси (Грузия) шаарында Жазык иштери") {
		t.Errorf("%d paragraphs, the first %q", len(paragraphs), paragraphs[0])
	}
}

// document is what a reader of the feed sees of it.
type document struct {
	Items []struct {
		Title       string `xml:"title"`
		Link        string `xml:"link"`
		GUID        string `xml:"guid"`
		Description string `xml:"description"`
		Content     string `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
		PubDate     string `xml:"pubDate"`
		Enclosure   struct {
			URL string `xml:"url,attr"`
		} `xml:"enclosure"`
	} `xml:"channel>item"`
}

// A visit of a site: publish, correct, withdraw, as a feed reader sees it.
func TestSiteInItsFeed(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	site, err := sample.NewSite(func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site.Handler())
	defer server.Close()

	before, etag := readFeed(t, server.URL+sample.FeedPath("ky"), "")
	if len(before.Items) != 2 {
		t.Fatalf("%d items at the start, want 2", len(before.Items))
	}
	if _, again := readFeed(t, server.URL+sample.FeedPath("ky"), etag); again != "" {
		t.Error("an unchanged feed was sent again")
	}

	entry, err := site.Publish(1)
	if err != nil {
		t.Fatal(err)
	}
	for _, edition := range site.Editions() {
		language := edition.Tag
		feed, _ := readFeed(t, server.URL+sample.FeedPath(language), etag)
		item := feed.Items[0]
		if len(feed.Items) != 3 || item.Title != entry.Editions[language].Title {
			t.Errorf("%s: %d items, the first %q", language, len(feed.Items), item.Title)
		}
		for _, url := range []string{item.Link, item.Enclosure.URL, server.URL + "/" + language + "/"} {
			if status := conditional(t, url, "").StatusCode; status != http.StatusOK {
				t.Errorf("%s: %s answers %d", language, url, status)
			}
		}
		if strings.Count(item.Content, "<p>") != len(entry.Editions[language].Paragraphs(false)) || item.PubDate != "Sun, 22 Nov 2026 09:00:00 +0000" {
			t.Errorf("%s: published %s, text %q", language, item.PubDate, item.Content)
		}
	}

	if _, err := site.Correct(1); err != nil {
		t.Fatal(err)
	}
	corrected, _ := readFeed(t, server.URL+sample.FeedPath("ru"), "")
	if item := corrected.Items[0]; !strings.HasPrefix(item.Description, "<p>Уточнение:") || item.GUID != corrected.Items[0].Link {
		t.Errorf("corrected: %q", item.Description)
	}

	if _, err := site.Withdraw(1); err != nil {
		t.Fatal(err)
	}
	if left, _ := readFeed(t, server.URL+sample.FeedPath("en"), ""); len(left.Items) != 2 {
		t.Errorf("%d items after the withdrawal, want 2", len(left.Items))
	}
	if _, err := site.Correct(1); err == nil {
		t.Error("a withdrawn item was corrected")
	}
}

func TestItemsGoOneWay(t *testing.T) {
	t.Parallel()
	site, err := sample.NewSite(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		what   string
		do     func(int) (sample.Entry, error)
		number int
		want   sample.State // "" for an error
	}{
		{"correct a draft", site.Correct, 1, ""},
		{"withdraw a draft", site.Withdraw, 1, ""},
		{"publish", site.Publish, 1, sample.Published},
		{"publish again", site.Publish, 1, sample.Published},
		{"correct", site.Correct, 1, sample.Corrected},
		{"publish what was corrected", site.Publish, 1, ""},
		{"correct again", site.Correct, 1, sample.Corrected},
		{"withdraw", site.Withdraw, 1, sample.Withdrawn},
		{"withdraw again", site.Withdraw, 1, sample.Withdrawn},
		{"correct what was withdrawn", site.Correct, 1, ""},
		{"publish what is not there", site.Publish, 99, ""},
		{"withdraw what was there from the start", site.Withdraw, 7, sample.Withdrawn},
	}
	for _, step := range steps {
		entry, err := step.do(step.number)
		if (err != nil) != (step.want == "") || entry.State != step.want {
			t.Errorf("%s: %q, %v, want %q", step.what, entry.State, err, step.want)
		}
	}
}

func readFeed(t *testing.T, url, etag string) (document, string) {
	t.Helper()
	response := conditional(t, url, etag)
	if response.StatusCode == http.StatusNotModified {
		return document{}, ""
	}
	var d document
	if err := xml.NewDecoder(response.Body).Decode(&d); err != nil {
		t.Fatal(err)
	}
	return d, response.Header.Get("ETag")
}

func conditional(t *testing.T, url, etag string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if etag != "" {
		request.Header.Set("If-None-Match", etag)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	response.Body = io.NopCloser(strings.NewReader(string(body)))
	return response
}
