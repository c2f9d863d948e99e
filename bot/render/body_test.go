package render

import (
	"strings"
	"testing"
	"time"

	"kabarchy/feeds"
	"kabarchy/feeds/article"
)

// written is a text of the desk's, in the present form of Kyrgyz sites.
func written(sentences int) feeds.Item {
	return feeds.Item{
		ID: "aaaaaaaaaaaaaaaa", Language: "ky", Title: "Кабыл алуу", Editions: []string{"ky"}, StandIn: []string{"ru"},
		Published: time.Date(2026, 11, 26, 4, 0, 0, 0, time.UTC),
		Blocks: []article.Block{
			{Kind: article.Paragraph, Spans: []article.Span{{Text: "Дүйшөмбүдө "}, {Text: "саат 9да", Bold: true}, {Text: ", "}, {Text: "тизме", Link: "https://minjust.gov.kg/?a=1&b=2"}, {Text: "."}}},
			{Kind: article.ListItem, Spans: []article.Span{{Text: "паспорт", Italic: true}}},
			{Kind: article.ListItem, Spans: []article.Span{{Text: "арыз"}}},
			{Kind: article.Paragraph, Spans: []article.Span{{Text: strings.Repeat("Кызмат акысыз көрсөтүлөт. ", sentences) + "Келиңиз"}, {Text: "!", Bold: true}}},
		},
	}
}

const (
	writtenHead = "<b>Кабыл алуу</b>\n\nДүйшөмбүдө <b>саат 9да</b>, " +
		"<a href=\"https://minjust.gov.kg/?a=1&amp;b=2\">тизме</a>.\n\n• <i>паспорт</i>\n• арыз\n\n"
	writtenFoot = "<i>26-ноябрь, 2026-жыл</i>"
	noRussian   = "<i>Этой новости нет на русском языке.</i>\n"
)

// opens are so many sentences at once, and so many more at a tap.
func opens(first, more int) string {
	of := func(n int) string {
		return strings.TrimSpace(strings.Repeat("Кызмат акысыз көрсөтүлөт. ", n))
	}
	return of(first) + "\n<blockquote expandable>" + of(more) + "</blockquote>"
}

// later is a clock of after all items.
func later() time.Time { return time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) }

// TestTextOfTheDesk: the message has the marks that were made; what is longer than a message
// ends at a sentence, opens at a tap where a screen at large letters does, and can be read in full; who can't read it is told so in words that
// they can.
func TestTextOfTheDesk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		sentences int
		missing   string
		want      string
		shortened bool
	}{
		{"short", 2, "", writtenHead + "Кызмат акысыз көрсөтүлөт. Кызмат акысыз көрсөтүлөт. Келиңиз<b>!</b>\n\n" + writtenFoot, false},
		{"stands in", 1, "ru", writtenHead + "Кызмат акысыз көрсөтүлөт. Келиңиз<b>!</b>\n\n" + noRussian + writtenFoot, false},
		{"long", 100, "", writtenHead + opens(2, 34) + "\n\n" + writtenFoot, true},
		{"long, and stands in", 100, "ru", writtenHead + opens(1, 33) + "\n\n" + noRussian + writtenFoot, true},
	} {
		p := Renderer{Zone: time.UTC, Now: later}.Variant(written(c.sentences), nil, Variant{Missing: c.missing})
		if p.HTML != c.want || p.Plain != WithoutTags(c.want) || p.Shortened != c.shortened || Units(p.Plain) > captionLimit {
			t.Errorf("%s: %d units\ngot  %s\nwant %s", c.name, Units(p.Plain), p.HTML, c.want)
		}
		if read := strings.Contains(p.Markup, "page:aaaaaaaaaaaaaaaa:1"); read != c.shortened || strings.Contains(p.Markup, "url") {
			t.Errorf("%s: the buttons are %s", c.name, p.Markup)
		}
	}
}

// TestPictureOfTheDesk: a picture without an address goes by its file id.
func TestPictureOfTheDesk(t *testing.T) {
	t.Parallel()
	it := written(1)
	it.File = "AgACAgIAAxkBAAIB"
	if p := (Renderer{Zone: time.UTC, Topics: nil}).Item(it, nil); p.Image != it.File {
		t.Errorf("its picture is %q", p.Image)
	}
}
