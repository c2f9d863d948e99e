package feeds

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kabarchy/subscriptions/redistest"
)

// lives is a source's document from poll to poll, and what is told of it.
type lives struct {
	memory *memory
	now    time.Time
}

func newLives(first ...entry) *lives {
	l := &lives{newMemory(Source{ID: "s", Language: "ru"}), memoryStart}
	l.shows(first...)
	return l
}

// shows polls, and returns what was told as "published a", "corrected a" or "held why a".
func (l *lives) shows(entries ...entry) string {
	l.now = l.now.Add(10 * time.Minute)
	var told []string
	for _, c := range l.memory.poll(poll{entries: entries, now: l.now}).items {
		switch {
		case c.held != nil:
			told = append(told, "held "+c.held.Reason+" "+c.Title)
		case c.announce != "":
			told = append(told, string(c.announce)+" "+c.Title)
		}
	}
	return strings.Join(told, ", ")
}

func item(title, text, link, guid string, age time.Duration) entry {
	e := entry{GUID: guid, Item: Item{Source: "s", Language: "ru", Title: title, Summary: text}}
	if link != "" {
		e.Item.Link = "https://ukuk.example" + link
	}
	if age >= 0 {
		e.Dated = memoryStart.Add(-age)
		e.Item.Published = e.Dated
	}
	return e
}

const (
	undated      = time.Duration(-1)
	templateText = "Документы принимают в течение месяца по адресу: Бишкек, улица Молодая Гвардия, дом 32."
)

// TestEvidence: a row for each way in which an item comes back, or another takes its place.
func TestEvidence(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before, after []entry
		want          string
	}{
		"guid kept, link and title others":     {[]entry{item("Сделки в Чуе", templateText, "/a", "1", 5*time.Hour)}, []entry{item("Реестр без бумаги", templateText, "/b", "1", time.Hour)}, "corrected Реестр без бумаги"},
		"guid kept, all else another":          {[]entry{item("Сделки в Чуе", "Срок до мая.", "/a/1", "1", 5*time.Hour)}, []entry{item("Открыт архив", "Приходите утром.", "/b/2", "1", time.Hour)}, "held doubtful Открыт архив"},
		"all guids others":                     {[]entry{item("Сделки в Чуе", "Срок.", "/a/1", "1", undated)}, []entry{item("Сделки в Чуе", "Срок.", "/a/1", "urn:1", undated)}, ""},
		"moved, title and date kept":           {[]entry{item("Сделки в Чуе", "", "/a/1", "1", 5*time.Hour)}, []entry{item("Сделки в Чуе", "", "/b/1", "2", 5*time.Hour)}, "corrected Сделки в Чуе"},
		"section link, another guid":           {[]entry{item("Ветер", "До вечера.", "/alerts", "1", 5*time.Hour)}, []entry{item("Сель", "Дорога закрыта.", "/alerts", "2", time.Hour)}, "published Сель"},
		"section link, second joins":           {[]entry{item("Юрист", "", "/vacancies", "", 5*time.Hour)}, []entry{item("Бухгалтер", "", "/vacancies", "", time.Hour), item("Юрист", "", "/vacancies", "", 5*time.Hour)}, "published Бухгалтер"},
		"section link, another in its place":   {[]entry{item("Юрист", "", "/vacancies", "", 5*time.Hour)}, []entry{item("Бухгалтер", "", "/vacancies", "", time.Hour)}, "held doubtful Бухгалтер"},
		"a date in the slug":                   {[]entry{item("Приём", "Утром.", "/news/20261123-a", "", 5*time.Hour)}, []entry{item("Отмена", "Вечером.", "/news/20261123-b", "", time.Hour)}, "published Отмена"},
		"a number beside the slug":             {[]entry{item("Приём граждан", "", "/12873-a.html", "", 5*time.Hour)}, []entry{item("Суббота открыта", "", "/12873-b.html", "", time.Hour)}, "corrected Суббота открыта"},
		"another fragment":                     {[]entry{item("Статья 17", "Срок.", "/r#r17", "", 5*time.Hour)}, []entry{item("Статья 18", "Перечень.", "/r#r18", "", time.Hour)}, "published Статья 18"},
		"a fragment is added":                  {[]entry{item("Статья 17", "Срок.", "/r/1", "", undated)}, []entry{item("Статья 17", "Срок.", "/r/1#main", "", undated)}, ""},
		"entered again":                        {[]entry{item("Сделки в Чуе", "Срок.", "/a/1", "1", 40*time.Minute)}, []entry{item("Сделки в Чуе", "Срок.", "/a/2", "2", 0)}, "corrected Сделки в Чуе"},
		"a copy beside it":                     {[]entry{item("Сделки в Чуе", "Срок.", "/a/1", "1", 50*time.Hour)}, []entry{item("Сделки в Чуе", "Срок.", "/a/2", "2", 0), item("Сделки в Чуе", "Срок.", "/a/1", "1", 50*time.Hour)}, "held repeated Сделки в Чуе"},
		"the weekly notice, another day in it": {[]entry{item("Приём", "В пятницу, 27 ноября.", "/a/1", "", 60*time.Hour)}, []entry{item("Приём", "В пятницу, 4 декабря.", "/a/2", "", 0), item("Приём", "В пятницу, 27 ноября.", "/a/1", "", 60*time.Hour)}, "published Приём"},
		"the weekly notice, word for word":     {[]entry{item("Приём", "По пятницам.", "/a/1", "", 60*time.Hour)}, []entry{item("Приём", "По пятницам.", "/a/2", "", 0)}, "held repeated Приём"},
		"a title alone, another day":           {[]entry{item("Воды нет", "", "", "", 60*time.Hour)}, []entry{item("Воды нет", "", "", "", 0), item("Воды нет", "", "", "", 60*time.Hour)}, "published Воды нет"},
		"a title alone, dated now":             {[]entry{item("Воды нет", "", "", "", time.Hour)}, []entry{item("Воды нет", "", "", "", 0)}, ""},
		"pinned":                               {[]entry{item("Воды нет", "", "/a/1", "1", undated)}, []entry{item("Воды нет", "", "/a/1", "1", undated), item("Воды нет", "", "/a/1", "1", undated)}, ""},
		"dates of the import":                  {[]entry{item("Закон о судах", "Что нового в законе о судах.", "/a/1", "", 60*time.Hour), item("Закон о пошлине", "Сколько платят.", "/a/2", "", 70*time.Hour)}, []entry{item("Закон о судах", "Обзор.", "/b/1", "", 0), item("Закон о пошлине", "Таблица.", "/b/2", "", 0)}, "held repeated Закон о пошлине, held repeated Закон о судах"},
		"old":                                  {[]entry{item("Воды нет", "", "/a/1", "", undated)}, []entry{item("Свет есть", "", "/a/2", "", 80*time.Hour), item("Воды нет", "", "/a/1", "", undated)}, "held old Свет есть"},
	} {
		if got := newLives(test.before...).shows(test.after...); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

// TestNeighboursChangeNothing: what an item is does not depend on who stands beside it.
func TestNeighboursChangeNothing(t *testing.T) {
	t.Parallel()
	a, b := item("Юрист", "", "/vacancies", "", 5*time.Hour), item("Бухгалтер", "", "/vacancies", "", 4*time.Hour)
	l := newLives(a, b)
	for i, document := range [][]entry{{a}, {b}, {b, a}, {a, b, a}, {a}} {
		if got := l.shows(document...); got != "" {
			t.Errorf("document %d: told %q", i, got)
		}
	}
}

// TestWaitingEnds: a copy that was rewritten, a date that was mended, and what turns out to
// stand beside the item that it might have been, are told; what was decided is not.
func TestWaitingEnds(t *testing.T) {
	t.Parallel()
	old := item("Конкурс нотариусов", templateText, "/a/1", "1", 50*time.Hour)
	l := newLives(old)
	l.shows(item("Конкурс нотариусов", templateText, "/a/2", "2", 0), old)
	equal(t, "the old one is mended", l.shows(item("Конкурс нотариусов", templateText, "/a/2", "2", 0), item("Конкурс нотариусов", templateText+" Звоните.", "/a/1", "1", 50*time.Hour)), "corrected Конкурс нотариусов")
	equal(t, "the copy is rewritten", l.shows(item("Двери открыты", "В субботу.", "/a/2", "2", 0)), "published Двери открыты")
	equal(t, "held", len(l.memory.held), 0)

	l = newLives(old)
	l.shows(item("Тарифы снижены", "Вдвое.", "/a/2", "2", 365*24*time.Hour), old)
	equal(t, "the year is mended", l.shows(item("Тарифы снижены", "Вдвое.", "/a/2", "2", time.Hour), old), "published Тарифы снижены")

	lawyer, clerk := item("Юрист", "", "/vacancies", "", 5*time.Hour), item("Бухгалтер", "", "/vacancies", "", 0)
	l = newLives(lawyer)
	equal(t, "alone", l.shows(clerk), "held doubtful Бухгалтер")
	equal(t, "beside it", l.shows(clerk, lawyer), "published Бухгалтер")
}

// TestLegacyArchive: the items of an archive of before the index keep their ids, and
// nothing of them is told again.
func TestLegacyArchive(t *testing.T) {
	eachDesk(t, news(3), func(t *testing.T, d *desk) {
		d.show(func(s *site) { s.posts[1].Link, s.posts[1].GUID = "", "tag:2"; s.posts[2].Link = "" })
		ctx := t.Context()
		ids := []string{hash("ky", "link", "ukuk.example/ky/news/3?"), hash("ky", "guid", "tag:2"), hash("ky", "text", "Жаңылык 1", news(1)[0].Text)}
		for i, id := range ids {
			raw := `{"id":"` + id + `","source":"minjust-ky","language":"ky","title":"` + d.posts[i].Title + `","summary":"` + d.posts[i].Text +
				`","link":"` + d.posts[i].Link + `","published":"2026-11-20T10:00:00Z","first_seen":"2026-11-20T10:00:00Z","revision":1,"print":"x"}`
			d.rdb.HSet(ctx, keyItems, id, raw)
		}
		d.rdb.HSet(ctx, keySources, "minjust-ky", `{"url":"`+d.URL+`","language":"ky","primed":true}`)
		d.poll(Result{Items: 3})
		d.show(func(s *site) { s.posts = append(news(4)[:1], s.posts...); s.posts[1].Title = "Оңдолду" })
		d.poll(Result{Items: 4, New: 1, Changed: 1, Announced: 2})
		d.told("published Жаңылык 4", "corrected Оңдолду")
		for _, id := range ids {
			if it, err := d.Item(ctx, id); err != nil || it.Source != "minjust-ky" {
				t.Errorf("item %s: %+v, %v", id, it, err)
			}
		}
	})
}

// TestIndexIsBounded: a site that makes up guids and links at every request fills no memory.
func TestIndexIsBounded(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	d := newDesk(t, rdb, news(1)...)
	for i := range 30 {
		d.show(func(s *site) {
			s.posts[0].GUID, s.posts[0].Link = newID(entry{}, time.Now(), i), "https://ukuk.example/x/"+newID(entry{}, time.Now(), i)
		})
		if _, err := d.poller.Poll(t.Context(), "minjust-ky"); err != nil {
			t.Fatal(err)
		}
	}
	if n := rdb.HLen(t.Context(), keyKnown("ky")).Val(); n > 9*keysKept+wordingsKept {
		t.Errorf("the index has %d keys of one item", n)
	}
	if told := d.take(); slices.ContainsFunc(told, func(line string) bool { return strings.HasPrefix(line, "published") }) {
		t.Errorf("told %q", told)
	}
}
