package render

import (
	"strings"
	"testing"
	"time"

	"kabarchy/feeds"
	"kabarchy/feeds/article"
)

// TestTheRestBeginsBehindTheSummary: what was just read is not shown again, and no word is
// lost.
func TestTheRestBeginsBehindTheSummary(t *testing.T) {
	t.Parallel()
	block := func(kind article.BlockKind, text string) article.Block {
		return article.Block{Kind: kind, Picture: "https://minjust.gov.kg/1.jpg", Spans: []article.Span{{Text: text}}}
	}
	p, picture := article.Paragraph, article.Picture
	long := strings.Repeat("Центр открыт каждый день с девяти до шести. ", 30)
	for _, c := range []struct {
		name, summary string
		blocks        []article.Block
		want          string // without markup; empty for no page at all
	}{
		{"a paragraph", "Центр открыт.", []article.Block{block(p, "Центр  открыт."), block(p, "Он в Оше.")}, "Он в Оше."},
		{"within a paragraph", "Центр открыт.", []article.Block{block(p, "Центр открыт. Он в Оше."), block(p, "Рядом рынок.")}, "Он в Оше.\n\nРядом рынок."},
		{"broken off", "Центр открыт каждый […]", []article.Block{block(p, "Центр открыт каждый, даже воскресный, день.")}, "… даже воскресный, день."},
		{"below its title", "Центр открыт.", []article.Block{block(article.Heading, "Новый центр"), block(p, "Центр открыт."), block(p, "Он в Оше.")}, "Он в Оше."},
		{"a picture stays", "Центр открыт.", []article.Block{block(picture, ""), block(p, "Центр открыт."), block(p, "Он в Оше.")}, "🖼 Фото 1\n\nОн в Оше."},
		{"nothing more", "Центр открыт.", []article.Block{block(p, "Центр открыт.")}, ""},
		{"another text", "Коротко о центре.", []article.Block{block(p, "Центр открыт. Он в Оше.")}, "Центр открыт. Он в Оше."},
		{"less than the summary", "Центр открыт. Он в Оше.", []article.Block{block(p, "Центр открыт.")}, "Центр открыт."},
		{"no summary", "", []article.Block{block(p, "Центр открыт.")}, "Центр открыт."},
		{"longer than a message shows", long, []article.Block{block(p, long+"Конец.")}, "Центр открыт"},
	} {
		item := feeds.Item{Language: "ru", Title: "Новый центр", Summary: c.summary, Published: time.Date(2018, 11, 22, 0, 0, 0, 0, time.UTC)}
		r := Renderer{Zone: time.UTC, Now: later}
		pages := r.Rest(item, Variant{}, c.blocks)
		got := ""
		if len(pages) > 0 {
			got = WithoutTags(pages[0].HTML())
		}
		if got != c.want && (c.summary != long || !strings.HasPrefix(got, c.want)) {
			t.Errorf("%s: %q, not %q", c.name, got, c.want)
		}
		if c.summary == long {
			shown := r.Item(item, nil).Plain
			for _, page := range pages {
				shown += WithoutTags(page.HTML())
			}
			if n := strings.Count(shown, "до шести."); n != 30 {
				t.Errorf("of 30 sentences %d are shown", n)
			}
		}
	}
}

// TestTodayIsNotSaid: a message that comes on the day of its item does not name the day.
func TestTodayIsNotSaid(t *testing.T) {
	t.Parallel()
	bishkek := time.FixedZone("+06", 6*60*60)
	item := feeds.Item{Language: "ru", Title: "Центр", Summary: "Открыт.", Published: time.Date(2026, 11, 25, 19, 0, 0, 0, time.UTC)} // 1:00 there
	for now, want := range map[time.Time]string{
		time.Date(2026, 11, 26, 17, 59, 0, 0, time.UTC): "Центр\n\nОткрыт.",
		time.Date(2026, 11, 26, 18, 0, 0, 0, time.UTC):  "Центр\n\nОткрыт.\n\n26 ноября 2026 г.",
	} {
		r := Renderer{Zone: bishkek, Now: func() time.Time { return now }}
		if got := r.Item(item, nil).Plain; got != want {
			t.Errorf("at %s: %q, not %q", now, got, want)
		}
	}
}
