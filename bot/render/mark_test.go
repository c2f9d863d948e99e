package render

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

func TestTheMarkSaysWhen(t *testing.T) {
	t.Parallel()
	bishkek := time.FixedZone("+06", 6*60*60)
	published := time.Date(2026, 11, 25, 19, 0, 0, 0, bishkek)
	for _, c := range []struct {
		name       string
		changed    time.Time
		ky, ru, en string
	}{
		{"never", time.Time{}, "", "", ""},
		{"the same day", published.Add(time.Hour), "✏️ Оңдолду: 20:00", "✏️ Исправлено: 20:00", "✏️ Corrected at 20:00"},
		{"after midnight there", time.Date(2026, 11, 25, 19, 17, 0, 0, time.UTC),
			"✏️ Оңдолду: 26-ноябрь, 01:17", "✏️ Исправлено: 26 ноября, 01:17", "✏️ Corrected on 26 November, 01:17"},
		{"the next year", time.Date(2027, 1, 2, 9, 5, 0, 0, bishkek),
			"✏️ Оңдолду: 2-январь, 2027-жыл, 09:05", "✏️ Исправлено: 2 января 2027 г., 09:05", "✏️ Corrected on 2 January 2027, 09:05"},
	} {
		for language, want := range map[string]string{"ky": c.ky, "ru": c.ru, "en": c.en} {
			item := feeds.Item{Language: language, Title: "102", Published: published, Changed: c.changed}
			r := Renderer{Zone: bishkek, Now: later}
			if got := r.Mark(item); got != want {
				t.Errorf("%s: %q, not %q", c.name, got, want)
			}
			if p := r.Variant(item, nil, Variant{Corrected: true}); strings.Count(p.Plain, "✏️") != strings.Count(want, "✏️") || !strings.Contains(p.Plain, want) {
				t.Errorf("%s: the message reads %q", c.name, p.Plain)
			}
			if p := r.Item(item, nil); strings.Contains(p.HTML+p.Plain, "✏️") {
				t.Errorf("%s: who never saw it otherwise reads %q", c.name, p.Plain)
			}
		}
	}
}

// TestTheMarkTakesRoomFromTheText: the longest title and topics, and a summary without end.
func TestTheMarkTakesRoomFromTheText(t *testing.T) {
	t.Parallel()
	r := Renderer{Zone: time.UTC, Topics: subjects, Now: later}
	item := feeds.Item{
		ID: "aaaaaaaaaaaaaaaa", Language: "ru", Title: strings.Repeat("Министерство ", 30), Summary: strings.Repeat("Каждый день с девяти до шести ", 60),
		Topics: []string{"legal-aid", "jobs"}, Published: time.Date(2026, 9, 25, 0, 0, 0, 0, time.UTC), Changed: time.Date(2027, 9, 26, 1, 17, 0, 0, time.UTC),
	}
	whole, p := r.Item(item, nil), r.Variant(item, nil, Variant{Corrected: true})
	if n := Units(p.Plain); n > captionLimit || Units(whole.Plain) > captionLimit {
		t.Errorf("the corrected message is %d units long, the other %d", n, Units(whole.Plain))
	}
	if !p.Shortened || !strings.Contains(p.Plain, "✏️ Исправлено: 26 сентября 2027 г., 01:17\n\n") {
		t.Errorf("the message reads %q", p.Plain)
	}
	if n := Units(WithoutTags(r.PageHead(item, BackMarked))) + len("\n\n") + pageSize; n > captionLimit {
		t.Errorf("a page can be %d units long", n)
	}
}

// TestTheMarkStaysInItsMessage: each button that shows the item again there says so.
func TestTheMarkStaysInItsMessage(t *testing.T) {
	t.Parallel()
	item := feeds.Item{ID: "aaaaaaaaaaaaaaaa", Language: "ky", Title: "102", Link: "https://minjust.gov.kg/1", Changed: time.Unix(1, 0)}
	editions := map[string]feeds.Item{"ru": {ID: "bbbbbbbbbbbbbbbb", Language: "ru"}}
	var m struct {
		Rows [][]telegram.Button `json:"inline_keyboard"`
	}
	if err := json.Unmarshal([]byte(Renderer{Zone: time.UTC}.Variant(item, editions, Variant{Corrected: true}).Markup), &m); err != nil {
		t.Fatal(err)
	}
	rows := append(m.Rows, PageButtons(item, 2, 3, BackMarked)...)
	shown := 0
	for _, row := range rows {
		for _, b := range row {
			verb, args := ParseData(b.Data)
			if verb != VerbItem && verb != VerbPage {
				continue
			}
			shown++
			if last := len(args) - 1; !Marked(WayBack(args, last)) {
				t.Errorf("%s forgets the mark: %s", b.Text, b.Data)
			}
		}
	}
	if shown != 5 { // read, the other language; back, to the next page, and to the one before
		t.Errorf("%d buttons show the item", shown)
	}
}
