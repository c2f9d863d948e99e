package feeds

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions/redistest"
)

func TestTranslated(t *testing.T) {
	t.Parallel()
	for link, want := range map[string][]string{
		"https://x.example/ky/news/124":           {"https://x.example/ru/news/124", "https://x.example/rus/news/124", "https://x.example/news/124"},
		"https://x.example/kg/news/1240-slug":     {"https://x.example/ru/news/1240-slug", "https://x.example/rus/news/1240-slug", "https://x.example/news/1240-slug"},
		"https://x.example/news/124":              {"https://x.example/ru/news/124", "https://x.example/rus/news/124"},
		"https://x.example/site/ky/124/":          {"https://x.example/site/ru/124", "https://x.example/site/rus/124"},
		"https://x.example/news?id=5&lang=ky":     {"https://x.example/news?id=5&lang=ru", "https://x.example/news?id=5&lang=rus"},
		"https://x.example/ky/news/kabar":         nil, // Words differ by language.
		"https://x.example/ky/news/2024":          nil,
		"https://x.example/ky":                    nil,
		"":                                        nil,
		"https://x.example/ky/news/tartip-2024-5": nil,
	} {
		if got := translated(link, "ky", "ru"); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", link, got, want)
		}
	}
}

func TestEditions(t *testing.T) {
	t.Parallel()
	now := time.Now()
	it := func(language, link, picture string, age time.Duration) Item {
		return Item{Language: language, Link: link, Picture: picture, Published: now.Add(-age), Title: language + link + picture, Source: language}
	}
	const photo, stock = "https://x.example/photo.jpg", "https://x.example/stock.jpg"
	for name, test := range map[string]struct {
		items      []Item // the first one's editions are asked for, and that they have it in turn
		alternates map[string]string
		want       []int
	}{
		"the same number": {[]Item{it("ky", "https://x.example/ky/news/124", "", 0), it("ru", "http://www.x.example/ru/news/124/", "", time.Hour),
			it("en", "https://x.example/en/news/124", "", time.Hour)}, nil, []int{1, 2}},
		"another number":           {[]Item{it("ky", "https://x.example/ky/news/124", "", 0), it("ru", "https://x.example/ru/news/125", "", 0)}, nil, nil},
		"another section":          {[]Item{it("ky", "https://x.example/ky/news/124", "", 0), it("ru", "https://x.example/ru/content/124", "", 0)}, nil, nil},
		"another site":             {[]Item{it("ky", "https://x.example/ky/news/124", "", 0), it("ru", "https://y.example/ru/news/124", "", 0)}, nil, nil},
		"the number, long ago":     {[]Item{it("ky", "https://x.example/ky/news/124", "", 0), it("ru", "https://x.example/ru/news/124", "", 90*24*time.Hour)}, nil, nil},
		"hreflang":                 {[]Item{it("ky", "https://x.example/ky/kabar", "", 0), it("ru", "https://x.example/ru/novost", "", 0)}, map[string]string{"ru": "http://x.example/ru/novost/"}, []int{1}},
		"hreflang to nothing":      {[]Item{it("ky", "https://x.example/ky/kabar", "", 0), it("ru", "https://x.example/ru/novost", "", 0)}, map[string]string{"ru": "https://x.example/", "ky": "https://x.example/ky/2", "en": "https://x.example/en/2"}, nil},
		"hreflang beats a number":  {[]Item{it("ky", "https://x.example/ky/news/1", "", 0), it("ru", "https://x.example/ru/news/1", "", 0), it("ru", "https://x.example/ru/news/2", "", 0)}, map[string]string{"ru": "https://x.example/ru/news/2"}, []int{2}},
		"the same picture":         {[]Item{it("ky", "https://x.example/a", photo, 0), it("ru", "https://x.example/b", "http://www.x.example/photo.jpg", 47*time.Hour)}, nil, []int{1}},
		"the picture, days later":  {[]Item{it("ky", "https://x.example/a", photo, 0), it("ru", "https://x.example/b", photo, 49*time.Hour)}, nil, nil},
		"a stock picture":          {[]Item{it("ky", "https://x.example/a", stock, 0), it("ru", "https://x.example/b", stock, 0), it("ru", "https://x.example/c", stock, 0)}, nil, nil},
		"a stock picture of ours":  {[]Item{it("ky", "https://x.example/a", stock, 0), it("ky", "https://x.example/c", stock, 0), it("ru", "https://x.example/b", stock, 0)}, nil, nil},
		"one language":             {[]Item{it("ky", "https://x.example/ky/a", photo, 0), it("ky", "https://x.example/ky/b", "", 0)}, map[string]string{"ky": "https://x.example/ky/b"}, nil},
		"nothing in common at all": {[]Item{it("ky", "https://x.example/a", "", 0), it("ru", "https://x.example/b", "", 0)}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redistest.Each(t, func(t *testing.T, rdb redis.UniversalClient) {
				t.Parallel()
				a := NewArchive(rdb)
				var ids []string
				for i, item := range test.items {
					s := Source{ID: fmt.Sprint(item.Language, i), Language: item.Language, URL: "https://x.example"}
					c, err := a.commit(t.Context(), poll{source: s, entries: []entry{{Item: item}}, now: now}, 10)
					if err != nil {
						t.Fatal(err)
					}
					ids = append(ids, c.items[0].ID)
				}
				first := test.items[0]
				first.ID = ids[0]
				if err := a.noteAlternates(t.Context(), first, test.alternates); err != nil {
					t.Fatal(err)
				}
				wantEditions(t, a, ids[0], ids, test.want)
				for _, i := range test.want {
					back, err := a.Editions(t.Context(), ids[i])
					if err != nil || back["ky"].ID != ids[0] {
						t.Errorf("the other way round: got %v, %v", back, err)
					}
				}
			})
		})
	}
}

func wantEditions(t *testing.T, a *Archive, id string, ids []string, want []int) {
	t.Helper()
	got, err := a.Editions(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %d editions", got, len(want))
	}
	for _, i := range want {
		if !slices.ContainsFunc(slices.Collect(maps.Values(got)), func(it Item) bool { return it.ID == ids[i] }) {
			t.Errorf("got %v, want item %d among them", got, i)
		}
	}
}
