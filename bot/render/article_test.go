package render

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kabarchy/bot/locale"
	"kabarchy/feeds/article"
)

func plain(texts ...string) []paragraph {
	var all []paragraph
	for _, text := range texts {
		all = append(all, paragraph{spans: []article.Span{{Text: text}}})
	}
	return all
}

func TestPaginate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		paragraphs []paragraph
		size       int
		want       string
	}{
		{"nothing", nil, 20, ""},
		{"one page", plain("Биринчи.", "Экинчи."), 20, "Биринчи.\n\nЭкинчи."},
		{"paragraphs stay whole", plain("Биринчи абзац.", "Экинчи абзац."), 20, "Биринчи абзац.|Экинчи абзац."},
		{"a long one is parted at a sentence", plain("Бир сүйлөм. Эки сүйлөм. Үч сүйлөм."), 25, "Бир сүйлөм. Эки сүйлөм.|Үч сүйлөм."},
		{"or at a word", plain("бир эки үч төрт беш"), 10, "бир эки үч|төрт беш"},
	} {
		var got []string
		for _, page := range paginate(c.paragraphs, c.size) {
			got = append(got, page.HTML())
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%s: %q, not %q", c.name, got, c.want)
		}
	}
}

func TestBlocksKeepTheirLook(t *testing.T) {
	t.Parallel()
	blocks := []article.Block{
		{Kind: article.Heading, Level: 2, Spans: []article.Span{{Text: "Кимге?"}}},
		{Kind: article.Paragraph, Spans: []article.Span{{Text: "Окуңуз: "}, {Text: "мыйзам <1>", Link: "https://cbd.minjust.gov.kg/?a=1&b=2"}, {Text: "."}}},
		{Kind: article.Picture, Picture: "https://minjust.gov.kg/1.jpg"},
		{Kind: article.ListItem, Level: 1, Spans: []article.Span{{Text: "паспорт", Bold: true}}},
		{Kind: article.ListItem, Level: 1, Number: 2, Spans: []article.Span{{Text: "арыз", Italic: true}}},
		{Kind: article.Quote, Spans: []article.Span{{Text: "Акысыз"}, {Text: "!", Link: "javascript:alert(1)"}}},
	}
	want := "<b>Кимге?</b>\n\nОкуңуз: <a href=\"https://cbd.minjust.gov.kg/?a=1&amp;b=2\">мыйзам &lt;1&gt;</a>.\n\n" +
		"<a href=\"https://minjust.gov.kg/1.jpg\">🖼 1-сүрөт</a>\n\n" +
		"• <b>паспорт</b>\n2. <i>арыз</i>\n\n<blockquote>Акысыз!</blockquote>"
	if got := Pages(blocks, "ky")[0].HTML(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// anyBlock draws a block of an article in several styles.
var anyBlock = rapid.Custom(func(t *rapid.T) article.Block {
	span := rapid.Custom(func(t *rapid.T) article.Span {
		return article.Span{
			Text: anyText.Draw(t, "text"), Bold: rapid.Bool().Draw(t, "bold"), Italic: rapid.Bool().Draw(t, "italic"),
			Link: rapid.SampledFrom([]string{"", "https://minjust.gov.kg/?a=1&b=\"2\"", "javascript:1"}).Draw(t, "link"),
		}
	})
	return article.Block{
		Kind:    rapid.SampledFrom([]article.BlockKind{article.Paragraph, article.Heading, article.ListItem, article.Quote, article.Picture}).Draw(t, "kind"),
		Picture: rapid.SampledFrom([]string{"", "https://minjust.gov.kg/1.jpg?a=1&b=2", "javascript:1"}).Draw(t, "picture"),
		Number:  rapid.IntRange(0, 3).Draw(t, "number"),
		Spans:   rapid.SliceOfN(span, 0, 3).Draw(t, "spans"),
	}
})

func TestPagesAreTelegramsAndLoseNoWord(t *testing.T) {
	t.Parallel()
	rapid.Check(t, pagesAreTelegramsAndLoseNoWord)
}

func FuzzPages(f *testing.F) { f.Fuzz(rapid.MakeFuzz(pagesAreTelegramsAndLoseNoWord)) }

func pagesAreTelegramsAndLoseNoWord(t *rapid.T) {
	letters := func(s string) string { return strings.Join(strings.Fields(s), "") }
	paragraphs := paragraphsOf(rapid.SliceOfN(anyBlock, 0, 6).Draw(t, "blocks"), locale.For("ky"))
	size := rapid.IntRange(40, 300).Draw(t, "size")
	var whole, paged strings.Builder
	for _, p := range paragraphs {
		whole.WriteString(p.text())
	}
	for _, page := range paginate(paragraphs, size) {
		text, err := parseTelegram(page.HTML())
		if err != nil {
			t.Fatal(err)
		}
		if n := Units(text); n == 0 || n > size {
			t.Fatalf("a page is %d units long, not %d", n, size)
		}
		paged.WriteString(text)
	}
	if letters(paged.String()) != letters(whole.String()) {
		t.Fatalf("%q became %q", letters(whole.String()), letters(paged.String()))
	}
}
