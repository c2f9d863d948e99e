package feeds

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// What the documents of the fuzzers are made of: little, so that everything meets everything.
var (
	fuzzTitles = []string{"Приём граждан", "Приём граждан министром", "Приём граждан № 4", "Приём граждан № 5", "Открыт новый архив", "Открыт новый архивв"}
	fuzzTexts  = []string{"", "В пятницу, 27 ноября.", "В пятницу, 4 декабря.", "Документы принимают в течение месяца по адресу: Бишкек, улица Молодая Гвардия, 32.", "Документы принимают в течение месяца…"}
	fuzzLinks  = []string{"", "https://site.example/alerts", "https://site.example/news/1840", "https://site.example/news/1841", "https://site.example/news/20261123-a", "https://site.example/1840-slug", "https://site.example/1840-another-slug", "https://site.example/page#c1", "https://site.example/page#c2"}
	fuzzGUIDs  = []string{"", "1", "2", "https://site.example/news/1840"}
	fuzzDates  = []time.Duration{-1, 0, time.Minute, 2 * time.Hour, 10 * time.Hour, 50 * time.Hour}
)

// fuzzDocument makes a document of bytes: five make an entry.
func fuzzDocument(bytes []byte) (entries []entry) {
	for ; len(bytes) >= 5 && len(entries) < 6; bytes = bytes[5:] {
		e := entry{GUID: fuzzGUIDs[int(bytes[3])%len(fuzzGUIDs)], Item: Item{Source: "s", Language: "ru",
			Title: fuzzTitles[int(bytes[0])%len(fuzzTitles)], Summary: fuzzTexts[int(bytes[1])%len(fuzzTexts)], Link: fuzzLinks[int(bytes[2])%len(fuzzLinks)]}}
		if d := fuzzDates[int(bytes[4])%len(fuzzDates)]; d >= 0 {
			e.Dated = memoryStart.Add(d)
			e.Item.Published = e.Dated
		}
		entries = append(entries, e)
	}
	return entries
}

// shown is all that an entry shows.
func shown(e entry) string {
	return fmt.Sprintf("%q %q %s %s %s", e.Item.Title, e.Item.Summary, e.Item.Link, e.GUID, e.Dated)
}

// checkDocuments polls a base and then two documents in turn. It expects of each poll that
// every entry comes to something, and that nothing is published that was shown before.
func checkDocuments(t *testing.T, base, a, b []entry) {
	t.Helper()
	m := newMemory(Source{ID: "s", Language: "ru"})
	before, published := make(map[string]bool), make(map[string]bool)
	now := memoryStart.Add(51 * time.Hour)
	for i, document := range [][]entry{base, a, b, a, b, b} {
		k := m.know(document)
		matches := matchEntries(m.source, document, k)
		checkMatches(t, document, matches, k, before)
		c := m.poll(poll{entries: document, now: now})
		news := 0
		for _, match := range matches {
			if match.verdict != same && match.verdict != copied {
				news++
			}
		}
		told := 0
		for _, item := range c.items {
			if item.announce == Published {
				if published[item.ID] {
					t.Fatalf("poll %d: %q is published twice", i, item.Title)
				}
				published[item.ID] = true
			}
			if item.expected == "" {
				told++
				if c.result.First == (item.announce == "" && item.held == nil) {
					continue
				}
				t.Fatalf("poll %d: %s is new and neither told nor held", i, shown(item.from))
			}
		}
		if told != news {
			t.Fatalf("poll %d: %d entries are new, and %d items", i, news, told)
		}
		for _, item := range c.items {
			if item.announce == Published && before[shown(item.from)] && item.expected == "" {
				t.Fatalf("poll %d: published although it was shown before: %s\n%v", i, shown(item.from), describe(base, a, b))
			}
		}
		for _, e := range document {
			before[shown(e)] = true
		}
		m.check(t)
		now = now.Add(time.Minute)
	}
}

func describe(documents ...[]entry) (text string) {
	for i, d := range documents {
		text += fmt.Sprintf("document %d\n", i)
		for _, e := range d {
			text += "  " + shown(e) + "\n"
		}
	}
	return text
}

// checkMatches expects the matching to be one to one. What was shown before may be left out
// beside the item that it was, whatever that says by now.
func checkMatches(t *testing.T, document []entry, matches []match, k knowledge, before map[string]bool) {
	t.Helper()
	taken := make(map[string]int)
	for i, match := range matches {
		switch match.verdict {
		case same:
			if j, twice := taken[match.item]; twice {
				t.Fatalf("entries %d and %d are both item %s", i, j, match.item)
			}
			if _, known := k.records[match.item]; !known {
				t.Fatalf("entry %d is an item that nobody knows", i)
			}
			taken[match.item] = i
		case copied:
			first, again := document[match.twin].Item, document[i].Item
			title, text := k.prose(again.Title), k.prose(again.Summary)
			if !before[shown(document[i])] && !title.same(k.prose(first.Title)) && !title.alike(k.prose(first.Title)) && !text.same(k.prose(first.Summary)) {
				t.Fatalf("entry %d is left out beside entry %d, which says something else", i, match.twin)
			}
		}
	}
}

// FuzzMatch: whatever two documents show, in whatever order, nothing is told twice, nothing
// that is new is neither told nor held, and no item is two entries at once.
func FuzzMatch(f *testing.F) {
	f.Add([]byte{0, 1, 2, 1, 1}, []byte{0, 1, 2, 1, 1, 0, 2, 3, 2, 4}, []byte{0, 2, 3, 2, 4})
	f.Add([]byte{4, 3, 1, 1, 1}, []byte{4, 3, 1, 2, 2, 4, 3, 1, 1, 1}, []byte{5, 3, 1, 2, 2})
	f.Add([]byte{}, []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, []byte{0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, base, a, b []byte) {
		checkDocuments(t, fuzzDocument(base), fuzzDocument(a), fuzzDocument(b))
	})
}

// TestAnyTwoDocuments is what FuzzMatch does, on as many as there is time for.
func TestAnyTwoDocuments(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	draw := func() []entry {
		bytes := make([]byte, 5*random.IntN(5))
		for i := range bytes {
			bytes[i] = byte(random.IntN(256))
		}
		return fuzzDocument(bytes)
	}
	for range 1000 {
		checkDocuments(t, draw(), draw(), draw())
	}
}
