package feeds

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestYear lives with ten sources, each a site of its own habits, with some 900 items
// in all. The site knows which item is which, and the program does not. Nothing may be told
// twice, and nothing that was shown may be neither told nor held. It lives through sixty
// days; YEARS asks for whole years, each of another seed.
func TestYear(t *testing.T) {
	t.Parallel()
	years, days := 1, 60
	if n, err := strconv.Atoi(os.Getenv("YEARS")); err == nil {
		years, days = n, 370
	}
	for seed := range years {
		lived, living := make([]outcomes, len(habits)), sync.WaitGroup{}
		for i, h := range habits {
			living.Go(func() { lived[i] = live(t, h, days, uint64(seed*100+i)) })
		}
		living.Wait()
		var sum outcomes
		for _, one := range lived {
			sum = sum.plus(one)
		}
		t.Logf("year %d: %d items shown, %d told, %d corrections, %d held, %d polls; told twice: %d, swallowed: %d",
			seed, sum.shown, sum.told, sum.corrected, sum.held, sum.polls, sum.twice, sum.swallowed)
		if sum.twice+sum.swallowed > 0 || sum.shown < 13*days || sum.told < sum.shown/2 {
			t.Errorf("seed %d: %+v", seed, sum)
		}
	}
}

// habit is how a site's system writes its feed.
type habit struct {
	name     string
	guid     string // none, link, number
	link     string // number, slug (made of the title), section, query
	date     string // none, hour, day
	text     bool
	oldFirst bool
	session  bool // each request has another session in the links
	counter  bool // one item in ten counts its readers
}

var habits = []habit{
	{name: "drupal", guid: "number", link: "slug", date: "hour", text: true},
	{name: "bitrix", guid: "none", link: "number", date: "hour", text: true},
	{name: "wordpress", guid: "number", link: "slug", date: "hour", text: true, counter: true},
	{name: "permalinks", guid: "link", link: "number", date: "hour", text: false},
	{name: "alerts", guid: "number", link: "section", date: "hour", text: true},
	{name: "register", guid: "number", link: "number", date: "none", text: true, oldFirst: true},
	{name: "nuke", guid: "none", link: "query", date: "hour", text: true},
	{name: "portal", guid: "none", link: "number", date: "day", text: true, session: true},
	{name: "joomla", guid: "link", link: "number", date: "day", text: true},
	{name: "board", guid: "none", link: "section", date: "hour", text: true},
}

// outcomes counts what a source's year came to.
type outcomes struct{ shown, told, corrected, held, polls, twice, swallowed int }

func (a outcomes) plus(b outcomes) outcomes {
	return outcomes{a.shown + b.shown, a.told + b.told, a.corrected + b.corrected, a.held + b.held, a.polls + b.polls, a.twice + b.twice, a.swallowed + b.swallowed}
}

// piece is an item as the site knows it.
type piece struct {
	truth      string // which news it is
	number     int
	slug       string
	title      string
	text       string
	picture    int
	date       time.Time
	copyOf     string // the truth that it says word for word, before an editor rewrites it
	counts     bool
	everShown  bool
	guidSuffix string
}

// yearFixture is a site, its archive, and who was told what.
type yearFixture struct {
	t       testing.TB
	habit   habit
	random  *rand.Rand
	memory  *memory
	now     time.Time
	list    []*piece // the newest first
	all     []*piece
	next    int
	base    string // of the links; a relaunch changes it
	form    int    // how the links are written
	views   int
	excerp  int
	told    map[string]int    // truth → how often
	says    map[string]string // item id → the truth that people have under it
	reached map[string]bool   // truths that were told or held
	first   bool
	out     outcomes
	log     []string
}

func live(t testing.TB, h habit, days int, seed uint64) outcomes {
	w := &yearFixture{t: t, habit: h, random: rand.New(rand.NewPCG(seed, 9)), now: memoryStart, base: "/news",
		memory: newMemory(Source{ID: h.name, Language: "ru", URL: "https://site.example/rss"}),
		told:   make(map[string]int), says: make(map[string]string), reached: make(map[string]bool), first: true}
	for range 8 {
		w.publish()
		w.now = w.now.Add(5 * time.Hour)
	}
	w.poll()
	w.first = false
	for range days {
		w.day()
	}
	for _, p := range w.all {
		if p.everShown && p.copyOf == "" && !w.reached[p.truth] {
			w.out.swallowed++
			w.wrong("swallowed: %s %q", p.truth, p.title)
		}
	}
	w.out.held = len(w.memory.held) + w.out.held
	w.memory.check(t)
	return w.out
}

// wrong reports what went wrong, with what happened before.
func (w *yearFixture) wrong(format string, args ...any) {
	w.note(format, args...)
	w.t.Logf("%s:\n%s", w.habit.name, strings.Join(w.log[max(0, len(w.log)-8):], "\n"))
}

func (w *yearFixture) note(format string, args ...any) {
	w.log = append(w.log, w.now.Format("02.01. 15:04 ")+fmt.Sprintf(format, args...))
}

// day is a new item and whatever else happens until the next.
func (w *yearFixture) day() {
	w.now = w.now.Add(time.Duration(4+w.random.IntN(28)) * time.Hour)
	w.publish()
	w.poll()
	for range w.random.IntN(3) {
		w.now = w.now.Add(time.Duration(5+w.random.IntN(90)) * time.Minute)
		w.happen()
		w.poll()
	}
}

// happen is one of the things that sites and editors do.
func (w *yearFixture) happen() {
	events := []struct {
		name string
		do   func()
	}{
		{"a typo is mended", func() { p := w.recent(); p.title = mendTypo(p.title); p.slug = "" }},
		{"the text is mended", func() { w.recent().text += " " + w.words(2) }},
		{"another picture", func() { w.recent().picture++ }},
		{"the date moves", func() { p := w.recent(); p.date = p.date.Add(7 * time.Minute) }},
		{"deleted and entered again", w.enterAgain},
		{"copied as a template, then rewritten", w.copyTemplate},
		{"the weekly notice", w.weekly},
		{"it is pinned", func() { w.list = append([]*piece{w.recent()}, w.list...) }},
		{"https, www, slash", func() { w.form++ }},
		{"one leaves and returns", w.leaveAndReturn},
		{"the list is shorter", func() { w.list = w.list[:max(3, len(w.list)/2)] }},
		{"an empty answer", func() { w.answer(nil, false) }},
		{"an answer cut short", func() { w.answer(w.entries()[:len(w.list)/2], true) }},
		{"two at once", func() { w.publish(); w.publish() }},
		{"a flood", func() {
			if w.random.IntN(10) == 0 {
				for range 12 {
					w.publish()
				}
			}
		}},
		{"an old one appears", func() { w.publish(); w.list[0].date = w.now.Add(-100 * time.Hour) }},
		{"a relaunch", w.relaunch},
		{"all guids are others", w.reformGUIDs},
		{"nothing", func() {}},
	}
	e := events[w.random.IntN(len(events))]
	w.note("%s", e.name)
	e.do()
}

// recent is one of the latest items.
func (w *yearFixture) recent() *piece { return w.list[w.random.IntN(min(4, len(w.list)))] }

func (w *yearFixture) publish() *piece {
	w.next++
	p := &piece{truth: fmt.Sprint("T", w.next), number: 1000 + 7*w.next, title: w.words(5), text: w.words(12), date: w.now.Add(-time.Minute)}
	p.counts = w.habit.counter && w.random.IntN(10) == 0
	w.add(p)
	return p
}

func (w *yearFixture) add(p *piece) {
	w.list = append([]*piece{p}, w.list...)
	w.all = append(w.all, p)
	if len(w.list) > 25 {
		w.list = w.list[:25]
	}
}

func (w *yearFixture) enterAgain() {
	old := w.recent()
	w.list = slices.DeleteFunc(w.list, func(p *piece) bool { return p == old })
	w.poll()
	w.now = w.now.Add(20 * time.Minute)
	w.next++
	again := *old
	again.number, again.slug, again.date = 1000+7*w.next, "", old.date.Add(40*time.Minute)
	w.add(&again)
}

func (w *yearFixture) copyTemplate() {
	old := w.recent()
	w.next++
	p := &piece{truth: fmt.Sprint("T", w.next), number: 1000 + 7*w.next, title: old.title, text: old.text, date: w.now, copyOf: old.truth, slug: old.slug + "-2"}
	if w.habit.link == "section" && w.habit.guid == "none" || !w.habit.text {
		return // Nothing tells a copy from what it copies; a title alone is news on another day.
	}
	w.add(p)
	w.poll()
	w.now = w.now.Add(3 * time.Minute)
	p.title, p.text, p.copyOf = w.words(6), w.words(14), ""
}

func (w *yearFixture) weekly() {
	w.now = w.now.Add(30 * time.Hour)
	w.next++
	p := &piece{truth: fmt.Sprint("T", w.next), number: 1000 + 7*w.next, title: "Личный приём граждан министром",
		text: fmt.Sprintf("Приём пройдёт %d числа с 9 до %d часов.", w.next%28+1, w.next), date: w.now}
	w.add(p)
}

func (w *yearFixture) leaveAndReturn() {
	at := w.random.IntN(len(w.list))
	p := w.list[at]
	w.list = slices.Delete(slices.Clone(w.list), at, at+1)
	w.poll()
	w.now = w.now.Add(26 * time.Hour)
	w.list = append(w.list, p)
}

func (w *yearFixture) relaunch() {
	if w.random.IntN(8) > 0 || w.habit.link == "section" {
		return
	}
	w.base = fmt.Sprintf("/ru/content%d", w.next)
	w.excerp = 6 + w.random.IntN(6)
	for _, p := range w.list {
		p.guidSuffix, p.slug = fmt.Sprint("-r", w.next), ""
		p.number += 100_000
	}
}

func (w *yearFixture) reformGUIDs() {
	if w.random.IntN(4) > 0 || w.habit.link == "section" {
		return
	}
	for _, p := range w.list {
		p.guidSuffix = fmt.Sprint("-g", w.next)
	}
}

// words draws a sentence. The words are made up, so that no two sentences are alike by chance.
func (w *yearFixture) words(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		for range 3 {
			b.WriteString(syllables[w.random.IntN(len(syllables))])
		}
	}
	return b.String()
}

var syllables = []string{"ба", "ке", "ли", "мо", "ну", "ра", "со", "ти", "ву", "жа", "де", "го", "пи", "чу", "ша", "эр", "ын", "өк"}

// mendTypo changes a letter in the middle of a title.
func mendTypo(title string) string {
	runes := []rune(title)
	at := len(runes) - 2
	if runes[at] == ' ' {
		at--
	}
	runes[at]++
	return string(runes)
}

// entry writes a piece as the site's system does.
func (w *yearFixture) entry(p *piece) entry {
	if p.slug == "" {
		p.slug = strings.ReplaceAll(p.title, " ", "-")
	}
	link := ""
	switch w.habit.link {
	case "number":
		link = fmt.Sprintf("%s/%d", w.base, p.number)
	case "slug":
		link = w.base + "/" + p.slug
	case "query":
		link = fmt.Sprintf("%s.php?name=News&sid=%d", w.base, p.number)
	case "section":
		link = "/alerts/now"
	}
	if w.habit.session {
		link += fmt.Sprintf(";jsessionid=8C%dF", w.out.polls)
	}
	e := entry{Item: Item{Source: w.habit.name, Language: "ru", Title: p.title, Categories: []string{p.truth, p.copyOf}}}
	e.Item.Link = []string{"https://site.example", "http://www.site.example:80", "https://WWW.site.example"}[w.form%3] + link + []string{"", "/"}[w.form/3%2]
	if w.habit.link == "query" {
		e.Item.Link = strings.TrimSuffix(e.Item.Link, "/")
	}
	switch w.habit.guid {
	case "link":
		e.GUID = e.Item.Link
	case "number":
		e.GUID = fmt.Sprint(p.number, p.guidSuffix)
	}
	if w.habit.text {
		e.Item.Summary = p.text
		if parts := strings.Fields(p.text); w.excerp > 0 && len(parts) > w.excerp && !strings.HasPrefix(p.text, "Приём") {
			e.Item.Summary = strings.Join(parts[:w.excerp], " ") + "…"
		}
	}
	if p.counts {
		w.views++
		e.Item.Summary += fmt.Sprint(" Просмотров: ", w.views)
	}
	if p.picture > 0 {
		e.Item.Picture = fmt.Sprintf("https://site.example/%d.jpg", p.picture)
	}
	switch w.habit.date {
	case "hour":
		e.Dated = p.date.Truncate(time.Second)
	case "day":
		e.Dated = p.date.Truncate(24 * time.Hour)
	}
	e.Item.Published = e.Dated
	return e
}

func (w *yearFixture) entries() []entry {
	var entries []entry
	for _, p := range w.list {
		entries = append(entries, w.entry(p))
		p.everShown = true
	}
	if w.habit.oldFirst {
		slices.Reverse(entries)
	}
	return entries
}

func (w *yearFixture) poll() { w.answer(w.entries(), false) }

// answer lets the program read a document, and compares what it tells with what is true.
func (w *yearFixture) answer(entries []entry, cut bool) {
	w.out.polls++
	c := w.memory.poll(poll{entries: entries, cut: cut, now: w.now})
	for _, change := range c.items {
		if len(change.from.Item.Categories) == 0 {
			continue
		}
		truth := change.from.Item.Categories[0]
		switch {
		case w.first:
			w.told[truth], w.says[change.ID], w.reached[truth] = 1, truth, true
		case change.announce == Published:
			w.out.told++
			if w.told[truth]++; w.told[truth] > 1 || change.from.Item.Categories[1] != "" {
				w.out.twice++
				w.wrong("told twice: %s %q %s", truth, change.Title, change.Link)
			}
			w.says[change.ID], w.reached[truth] = truth, true
		case change.announce == Corrected:
			w.out.corrected++
			if w.says[change.ID] != truth && w.says[change.ID] != "" {
				w.out.swallowed++
				w.wrong("%s became %s: %q", w.says[change.ID], truth, change.Title)
			}
		case change.held != nil:
			w.reached[truth] = true
			w.note("held for %s: %s %q", change.held.Reason, truth, change.Title)
		}
	}
	w.out.shown = w.next
	w.now = w.now.Add(time.Minute)
}
