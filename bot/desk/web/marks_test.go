package web

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kabarchy/feeds/article"
)

func TestMarksAreReadAsTheyAreTyped(t *testing.T) {
	p := func(spans ...article.Span) article.Block { return article.Block{Kind: article.Paragraph, Spans: spans} }
	li := func(number int, spans ...article.Span) article.Block {
		return article.Block{Kind: article.ListItem, Level: 1, Number: number, Spans: spans}
	}
	text := func(s string) article.Span { return article.Span{Text: s} }
	for typed, want := range map[string][]article.Block{
		"a\r\nb\r\n\r\nc": {p(text("a\nb")), p(text("c"))},
		"**a** _b_ **_c_**": {p(article.Span{Text: "a", Bold: true}, text(" "), article.Span{Text: "b", Italic: true}, text(" "),
			article.Span{Text: "c", Bold: true, Italic: true})},
		"[a **b**](https://c.kg/d)":  {p(article.Span{Text: "a ", Link: "https://c.kg/d"}, article.Span{Text: "b", Bold: true, Link: "https://c.kg/d"})},
		"see https://c.kg/a_b_.":     {p(text("see "), article.Span{Text: "https://c.kg/a_b_", Link: "https://c.kg/a_b_"}, text("."))},
		"[a](https://c.kg/b_(d)), e": {p(article.Span{Text: "a", Link: "https://c.kg/b_(d)"}, text(", e"))},
		"([a](https://c.kg/b))":      {p(text("("), article.Span{Text: "a", Link: "https://c.kg/b"}, text(")"))},
		"[a](https://c.kg/(b) c)":    {p(article.Span{Text: "a", Link: "https://c.kg/(b"}, text(" c)"))},
		"(https://c.kg/b_(d).)":      {p(text("("), article.Span{Text: "https://c.kg/b_(d)", Link: "https://c.kg/b_(d)"}, text(".)"))},
		"- a\n- b\n1. c\nd":          {li(0, text("a")), li(0, text("b")), li(1, text("c")), p(text("d"))},
		"- a\n  b":                   {li(0, text("a\nb"))},
		"name ______ 2 ** 3 ** 4":    {p(text("name ______ 2 ** 3 ** 4"))},
		"a_b_c **open _open [x] (y":  {p(text("a_b_c **open _open [x] (y"))},
		`\- a \*b\* \_c\_`:           {p(text("- a *b* _c_"))},
		"25.11. 14:30":               {p(text("25.11. 14:30"))},
		"- ":                         {p(text("-"))},
		" \n\t\n":                    nil,
	} {
		if got := blocksOf(typed); !sameText(got, want) {
			t.Errorf("%q is read as %+v", typed, got)
		}
	}
}

// What is written into a form and comes back unchanged is the same text.
func TestAFormGivesBackWhatItWasGiven(t *testing.T) {
	words := rapid.StringOfN(rapid.RuneFrom([]rune(`aбү *_[]()\-1.–•"<&;:/`)), 1, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		var blocks []article.Block
		for range rapid.IntRange(0, 4).Draw(t, "blocks") {
			b := article.Block{Kind: article.Paragraph}
			if rapid.Bool().Draw(t, "item") {
				b.Kind, b.Level, b.Number = article.ListItem, 1, rapid.IntRange(0, 3).Draw(t, "number")
			}
			for range rapid.IntRange(1, 4).Draw(t, "spans") {
				b.Spans = append(b.Spans, article.Span{
					Text: words.Draw(t, "text"), Bold: rapid.Bool().Draw(t, "bold"), Italic: rapid.Bool().Draw(t, "italic"),
					Link: rapid.SampledFrom([]string{"", "", "https://a.kg/b_c(d)"}).Draw(t, "link"),
				})
			}
			blocks = append(blocks, b)
		}
		first := blocksOf(typed(blocks))
		if again := blocksOf(typed(first)); !sameText(first, again) {
			t.Fatalf("%q is read as\n%+v and written as\n%q, which is read as\n%+v", typed(blocks), first, typed(first), again)
		}
		if was, is := lettersOf(blocks), lettersOf(first); was != is {
			t.Fatalf("the words %q became %q, by %q", was, is, typed(blocks))
		}
	})
}

// lettersOf are the words of a text without what is only space.
func lettersOf(blocks []article.Block) string {
	var all strings.Builder
	for _, b := range blocks {
		all.WriteString(b.Text())
	}
	return strings.Join(strings.Fields(all.String()), "")
}

// What is pasted by mistake is read in a moment, too: it was looked through, and copied, once for
// each bracket.
func TestManyBracketsAreReadAtOnce(t *testing.T) {
	for _, piece := range []string{"[", "[a](", "[a](x y", "[a", "**a "} {
		for _, size := range []int{longestMarked, 10 * longestMarked} {
			text := strings.TrimSpace(strings.Repeat(piece, size/len(piece)))
			if got := blocksOf(text); len(got) != 1 || got[0].Text() != text {
				t.Errorf("%q is read as %d blocks", piece, len(got))
			}
		}
	}
}
