package feeds

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kabarchy/feeds/fetch"
)

// documents says what is in each of our own fixtures: kind, charset, whether it was
// cut, and for each item title | text | link | picture | date | categories.
var documents = map[string][]string{
	"bitrix-cp1251.xml": {"RSS 2.0 windows-1251",
		"О приеме граждан | Прием граждан по пятницам./Вход свободный. | http://minjust.example/ru/content/318/ | http://minjust.example/upload/iblock/318/priem.jpg | 2026-11-23T10:00:00+06:00 | Объявления",
		"Вакансия |  | http://minjust.example/ru/content/319/ |  | 2026-11-23T09:15:00+06:00 | "},
	"yandex-turbo.xml": {"RSS 2.0 utf-8",
		"Мыйзам тууралуу | Мыйзам кабыл алынды./Ал жарыяланды. | https://minjust.example/ky/1 | https://minjust.example/law-small.jpg | 2018-11-22T00:00:00+06:00 | ",
		"Турбо | Толук тексти | https://minjust.example/ky/2 | https://minjust.example/group.jpg | 2024-05-23T00:00:00+06:00 | "},
	"broken.xml": {"RSS 2.0 utf-8 cut",
		"Суд & прокуратура &lol;&file; | Naked/one/two three/four 1 < 2 five | https://minjust.example/get?a=1&b=2 |  |  | ",
		"Ката тамга | Бар | https://minjust.example/3 |  |  | "},
	"atom.xml": {"Atom 1.0 utf-8",
		"О законе | Первый./Второй. | https://minjust.example/ru/news/7 | https://minjust.example/7.jpg | 2026-11-23T10:00:00+06:00 | Законы"},
	"feed.json": {"JSON Feed utf-8",
		"Office hours | Open on Friday. | https://minjust.example/en/5 | https://minjust.example/5.png | 2026-11-23T10:00:00+06:00 | hours",
		"A note without a title |  | https://minjust.example/en/6 |  |  | "},
	"rdf.xml": {"RSS 1.0 utf-8",
		"Новость | Текст | https://minjust.example/9 |  | 2026-11-23T10:00:00+06:00 | "},
	"nothing-but-titles.xml": {"RSS 0.91 utf-8",
		"Бир жаңылык |  |  |  |  | ",
		"Эки жаңылык |  | https://minjust.example/ |  |  | ",
		"Аталышы жок кабар |  |  |  |  | "},
	"koi8-undeclared.xml": {"RSS 2.0 koi8-r",
		"о приеме граждан | прием по пятницам в здании министерства | https://minjust.example/1 |  |  | "},
	"utf16.xml": {"RSS 2.0 utf-16le",
		"Ң, ө жана ү |  | https://minjust.example/1 |  |  | "},
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/documents/*")
	if err != nil || len(files) != len(documents) {
		t.Fatalf("%d fixtures, %v, want %d", len(files), err, len(documents))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			d, err := understandForTest(body)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{d.Kind + " " + d.Charset}
			if d.Cut {
				got[0] += " cut"
			}
			for _, e := range d.Entries {
				date := ""
				if !e.Item.Published.IsZero() {
					date = e.Item.Published.Format(time.RFC3339)
				}
				got = append(got, fmt.Sprintf("%s | %s | %s | %s | %s | %s", e.Item.Title, strings.ReplaceAll(e.Item.Summary, "\n", "/"),
					e.Item.Link, e.Item.Picture, date, strings.Join(e.Item.Categories, ",")))
			}
			want := documents[filepath.Base(file)]
			for i := range max(len(got), len(want)) {
				if i >= len(got) || i >= len(want) || got[i] != want[i] {
					t.Fatalf("line %d\n got %q\nwant %q", i, got, want)
				}
			}
		})
	}
}

var bishkek = time.FixedZone("KGT", 6*60*60)

func understandForTest(body []byte) (document, error) { return understandWith(body, "") }

func understandWith(body []byte, mediaType string) (document, error) {
	base, _ := url.Parse("https://minjust.example/rss")
	return understand(body, mediaType, Source{ID: "s", Language: "ky"}, base, bishkek, time.Date(2026, 11, 24, 0, 0, 0, 0, bishkek))
}

// FuzzParse: whatever comes, every entry is one that can be archived and sent.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/documents/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := understandForTest(body)
		if err != nil {
			return
		}
		for _, e := range d.Entries {
			it := e.Item
			if it.Title == "" || strings.ContainsAny(it.Title, "\n\t") || len([]rune(it.Title)) > maxTitle || len([]rune(it.Summary)) > maxSummary {
				t.Errorf("got %+v", it)
			}
			for _, address := range []string{it.Link, it.Picture} {
				if u, err := url.Parse(address); err != nil || address != "" && !fetch.Followed(u) {
					t.Errorf("%q is no address: %v", address, err)
				}
			}
			if it.Published.Year() > 2026 || strings.ToValidUTF8(it.Title+it.Summary, "") != it.Title+it.Summary {
				t.Errorf("got %+v", it)
			}
		}
		k := newKnowledge()
		k.study(d.Entries)
		ids := make(map[string]bool)
		for _, c := range diff(poll{source: Source{ID: "s", Language: "ky"}, entries: d.Entries, now: time.Now()}, k, 10).items {
			if len(c.ID) != 16 || ids[c.ID] {
				t.Errorf("%q is no id, or not one item's", c.ID)
			}
			ids[c.ID] = true
		}
	})
}
