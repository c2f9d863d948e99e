package feeds

import (
	"fmt"
	"testing"
	"time"
)

// TestContentChanged: what a reader would notice, and nothing else, is a change.
func TestContentChanged(t *testing.T) {
	t.Parallel()
	base := Item{Title: "Центр «Адилет»", Summary: "Закрыт, в среду откроется — в девять", Link: "https://ukuk.example/news/1", Picture: "https://ukuk.example/1.jpg?w=100"}
	for what, test := range map[string]struct {
		change func(it *Item)
		want   bool
	}{
		"title":             {func(it *Item) { it.Title = "Центр «Адилет» закрыт" }, true},
		"a comma":           {func(it *Item) { it.Summary = "Закрыт в среду, откроется — в девять" }, true},
		"page":              {func(it *Item) { it.Link = "https://ukuk.example/news/2" }, true},
		"picture":           {func(it *Item) { it.Picture = "https://ukuk.example/2.jpg" }, true},
		"picture by script": {func(it *Item) { it.Picture = "https://ukuk.example/photo.php?id=2" }, true},
		"no picture":        {func(it *Item) { it.Picture = "" }, true},
		"white space": {func(it *Item) {
			it.Summary = "Закрыт,  в\u00a0среду\nоткроется — в девять "
		}, false},
		"quotes and dashes": {func(it *Item) {
			it.Title, it.Summary = `Центр "Адилет"`, "Закрыт, в среду откроется - в девять"
		}, false},
		"soft hyphens":       {func(it *Item) { it.Title = "Центр «Ади\u00adлет»" }, false},
		"scheme":             {func(it *Item) { it.Link, it.Picture = "http://ukuk.example/news/1", "http://ukuk.example/1.jpg?w=200" }, false},
		"fragment":           {func(it *Item) { it.Link += "#main" }, false},
		"cut off":            {func(it *Item) { it.Summary = "Закрыт, в среду откроется…" }, false},
		"date":               {func(it *Item) { it.Published = it.Published.AddDate(1, 0, 0) }, false},
		"categories":         {func(it *Item) { it.Categories = []string{"x"} }, false},
		"a drawn parameter":  {func(it *Item) { it.Link += "?h=8c1f02abde" }, true},
		"the page is unsaid": {func(it *Item) { it.Link = "" }, true},
	} {
		it := base
		test.change(&it)
		if got := (&differ{known: newKnowledge()}).contentChanged(record{Item: base}, it, "", time.Time{}); got != test.want {
			t.Errorf("%s: changed is %v", what, got)
		}
	}
}

// TestParametersThatChange: a number at the end of a link may be the page, what looks drawn
// by lot is not, and where the date stays nothing is.
func TestParametersThatChange(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b     string
		sameDate bool
		want     bool
	}{
		{"?id=601", "?id=602", false, true},
		{"?id=601", "?id=602", true, false},
		{"?id=601&h=8c1f", "?id=601&h=9d2e", false, false},
		{"?id=601", "/602", true, true},
	} {
		if got := linkNoticed("https://ukuk.example/n"+test.a, "https://ukuk.example/n"+test.b, test.sameDate); got != test.want {
			t.Errorf("%s and %s: noticed is %v", test.a, test.b, got)
		}
	}
}

// TestFullTextIsCorrected: what changes below the excerpt is a correction; that a feed
// begins or ceases to hold full texts is none.
func TestFullTextIsCorrected(t *testing.T) {
	t.Parallel()
	m := newMemory(Source{ID: "s", Language: "ru"})
	e := entry{GUID: "1", Full: true, Item: Item{Source: "s", Language: "ru", Title: "Пошлина", Summary: "Размер един."}}
	for i, step := range []struct {
		html string
		want int
	}{{"", 0}, {"<p>Размер един.</p><p>5000 сомов</p>", 0}, {"<p>Размер един.</p><p>500 сомов</p>", 1}, {"<p>Размер един.</p>\n<p>500&nbsp;сомов</p>", 0}, {"", 0}, {"<p>Размер един.</p><p>500 сомов</p>", 0}} {
		e.HTML = step.html
		if c := m.poll(poll{entries: []entry{e}, now: memoryStart.Add(time.Duration(i) * time.Hour)}); c.result.Changed != step.want {
			t.Errorf("step %d: %d changes, want %d", i, c.result.Changed, step.want)
		}
	}
}

// TestCounterAndEditor: a counter is asked about once, and takes nothing from an editor's
// corrections; who answered that it be left is not asked about it again.
func TestCounterAndEditor(t *testing.T) {
	t.Parallel()
	m := newMemory(Source{ID: "s", Language: "ru"})
	now := memoryStart
	m.poll(poll{entries: []entry{item("Раньше", "", "/1", "0", time.Hour)}, now: now}) // What follows is told.
	text := "Список открыт."
	show := func(n int) (told, held int) {
		now = now.Add(10 * time.Minute)
		e := entry{GUID: "1", Item: Item{Source: "s", Language: "ru", Title: "Список", Summary: fmt.Sprintf("%s Просмотров: %d", text, n)}}
		for _, c := range m.poll(poll{entries: []entry{e}, now: now}).items {
			if c.announce == Corrected {
				told++
			}
			if c.held != nil {
				held++
			}
		}
		return told, held
	}
	told, held := 0, 0
	for i := range 20 {
		a, b := show(i)
		told, held = told+a, held+b
	}
	equal(t, "corrections", told, correctionsADay)
	equal(t, "held", held, 1)
	for id, r := range m.records { // It is left.
		delete(m.held, id)
		r.Left = true
		m.records[id] = r
	}
	now = now.Add(26 * time.Hour)
	text = "Список закрыт."
	told, held = show(100)
	equal(t, "an editor's corrections", told, 1)
	equal(t, "held of an editor's corrections", held, 0)
	for i := range 20 {
		if told, held = show(200 + i); told+held > 0 {
			t.Fatalf("asked again about the counter: %d told, %d held", told, held)
		}
	}
}

// TestSettled: what changed too often for phones reaches them when it has come to rest.
func TestSettled(t *testing.T) {
	t.Parallel()
	m := newMemory(Source{ID: "s", Language: "ru"})
	show := func(text string, after time.Duration) AnnouncementKind {
		e := entry{GUID: "1", Item: Item{Source: "s", Language: "ru", Title: "Часы", Summary: text}}
		for _, c := range m.poll(poll{entries: []entry{e}, now: memoryStart.Add(after)}).items {
			return c.announce
		}
		return ""
	}
	for i := range 12 {
		show([]string{"До обеда.", "Весь день."}[i%2], time.Duration(i)*time.Minute)
	}
	for id := range m.held {
		delete(m.held, id)
	}
	show("Закрыто.", 13*time.Minute)
	equal(t, "a minute later", show("Закрыто.", 14*time.Minute), "")
	equal(t, "an hour later", show("Закрыто.", 80*time.Minute), Corrected)
	equal(t, "and then", show("Закрыто.", 90*time.Minute), "")
}

// TestAnItemSaysWhenItWasCorrected, and not before it is.
func TestAnItemSaysWhenItWasCorrected(t *testing.T) {
	t.Parallel()
	m := newMemory(Source{ID: "s", Language: "ru"})
	e := entry{GUID: "1", Item: Item{Source: "s", Language: "ru", Title: "Пошлина", Summary: "5000 сомов", Link: "https://ukuk.example/1"}}
	var want time.Time
	for i, text := range []string{"5000 сомов", "5000  сомов", "500 сомов", "500 сомов", "50 сомов"} {
		e.Item.Summary = text
		now := memoryStart.Add(time.Duration(i) * time.Hour)
		if c := m.poll(poll{entries: []entry{e}, now: now}); c.result.Changed > 0 {
			want = now
		}
		for _, r := range m.records {
			if !r.Changed.Equal(want) {
				t.Errorf("step %d: it says that it was corrected at %v, not %v", i, r.Changed, want)
			}
		}
	}
	if want.IsZero() {
		t.Error("nothing was corrected")
	}
}
