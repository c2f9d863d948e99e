package render

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// firstSight is how many lines of a message are seen before anybody has tapped on it.
func firstSight(source string) int {
	before, rest, folded := strings.Cut(source, "\n"+expandable)
	if !folded {
		return lines(WithoutTags(source))
	}
	quoted, after, _ := strings.Cut(rest, "</blockquote>")
	seen := lines(WithoutTags(before)) + min(quoteLines, lines(WithoutTags(quoted)))
	if after != "" {
		seen += lines(WithoutTags(after)) - 1
	}
	return seen
}

// TestFold: what a screen at the largest letters does not show opens at a tap, from the end of a
// paragraph, a sentence or a word on; marks and links go on behind it, and no word is lost.
func TestFold(t *testing.T) {
	t.Parallel()
	sentence := "Кызмат акысыз көрсөтүлөт. " // two lines and a bit
	of := func(n int) string { return strings.TrimSpace(strings.Repeat(sentence, n)) }
	const opens, closes = "\n<blockquote expandable>", "</blockquote>"
	for _, c := range []struct{ name, text, foot, want string }{
		{"nothing", "", "", ""},
		{"short", "Саламатсызбы!", "1-май", "Саламатсызбы!\n\n1-май"},
		{"one screen", strings.Repeat("а\n", 17) + "а", "", strings.Repeat("а\n", 17) + "а"},
		{"a line more", strings.Repeat("а\n", 18) + "а", "", strings.Repeat("а\n", 14) + "а" + opens + strings.Repeat("а\n", 3) + "а" + closes},
		{"a sentence", of(20), "", of(10) + opens + of(10) + closes},
		{"a foot is seen", of(20), "<i>1-май</i>", of(8) + opens + of(12) + closes + "\n\n<i>1-май</i>"},
		{"a paragraph", of(7) + "\n\n" + of(9), "", of(7) + opens + of(9) + closes},
		{"in a mark", "<b>" + of(20) + "</b>", "", "<b>" + of(10) + "</b>" + opens + "<b>" + of(10) + "</b>" + closes},
		{"in a link in a mark", `<b>а <a href="https://a.kg/?b=1&amp;c=2">` + of(20) + "</a></b>", "",
			`<b>а <a href="https://a.kg/?b=1&amp;c=2">` + of(10) + "</a></b>" + opens + `<b><a href="https://a.kg/?b=1&amp;c=2">` + of(10) + "</a></b>" + closes},
		{"in a quote", "а\n\n<blockquote>" + of(20) + "</blockquote>\n\nб", "",
			"а\n\n<blockquote>" + of(8) + "</blockquote>" + opens + of(12) + "\n\nб" + closes},
		{"before a quote", of(8) + "\n\n<blockquote>" + of(5) + "</blockquote>", "", of(8) + opens + of(5) + closes},
		{"a list", strings.TrimSpace(strings.Repeat("• паспорт\n", 30)), "",
			strings.TrimSpace(strings.Repeat("• паспорт\n", 15)) + opens + strings.TrimSpace(strings.Repeat("• паспорт\n", 15)) + closes},
		{"one long word", strings.Repeat("ы", 400), "", strings.Repeat("ы", 270) + opens + strings.Repeat("ы", 130) + closes},
		{"signs of two units", strings.Repeat("😀", 200), "", strings.Repeat("😀", 135) + opens + strings.Repeat("😀", 65) + closes},
		{"a family stays whole", "а" + strings.Repeat("👨‍👩‍👧", 50), "", "а" + strings.Repeat("👨‍👩‍👧", 33) + opens + strings.Repeat("👨‍👩‍👧", 17) + closes},
		{"escaped signs", strings.Repeat("&lt;&amp;&gt; ", 90), "", strings.TrimSpace(strings.Repeat("&lt;&amp;&gt; ", 60)) + opens + strings.Repeat("&lt;&amp;&gt; ", 30) + closes},
		{"links alone", strings.TrimSpace(strings.Repeat(`<a href="https://minjust.gov.kg/">minjust.gov.kg</a>`+"\n", 20)), "",
			strings.TrimSpace(strings.Repeat(`<a href="https://minjust.gov.kg/">minjust.gov.kg</a>`+"\n", 15)) + opens +
				strings.TrimSpace(strings.Repeat(`<a href="https://minjust.gov.kg/">minjust.gov.kg</a>`+"\n", 5)) + closes},
		{"marks of direction", "\u200fмин\u200f " + of(20), "", "\u200fмин\u200f " + of(9) + opens + of(11) + closes},
		{"a table", strings.TrimSpace(strings.Repeat("Ош | 9.00 | 18.00\n", 20)), "",
			strings.TrimSpace(strings.Repeat("Ош | 9.00 | 18.00\n", 15)) + opens + strings.TrimSpace(strings.Repeat("Ош | 9.00 | 18.00\n", 5)) + closes},
		{"a moment is said on both sides", of(9) + " Кел " + `<tg-time unix="1">28 ноября 2026 года в 10:00</tg-time> ` + of(9), "",
			of(9) + opens + `Кел <tg-time unix="1">28 ноября 2026 года в 10:00</tg-time> ` + of(9) + closes},
		{"folded already", "а" + opens + of(20) + closes, "б", "а" + opens + of(20) + closes + "\n\nб"},
	} {
		got := Fold(c.text, c.foot)
		if got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, got, c.want)
		}
		if _, err := parseTelegram(got); err != nil || firstSight(got) > ScreenLines {
			t.Errorf("%s: %d lines, %v", c.name, firstSight(got), err)
		}
		if again := Fold(got, ""); again != got {
			t.Errorf("%s: folded again it is %s", c.name, again)
		}
	}
}

// TestFoldedPagesAreTelegramsAndLoseNoWord, whatever an article holds.
func TestFoldedPagesAreTelegramsAndLoseNoWord(t *testing.T) {
	t.Parallel()
	letters := func(s string) string { return strings.Join(strings.Fields(s), "") }
	rapid.Check(t, func(t *rapid.T) {
		for _, page := range Pages(rapid.SliceOfN(anyBlock, 0, 6).Draw(t, "blocks"), "ky") {
			folded := Fold(page.HTML(), Tagged("i", rapid.SampledFrom([]string{"", "22-ноябрь, 2018-жыл"}).Draw(t, "foot")))
			text, err := parseTelegram(folded)
			if n := firstSight(folded); err != nil || n > ScreenLines || Units(text) > captionLimit {
				t.Fatalf("%d lines, %d units, %v: %q", n, Units(text), err, folded)
			}
			if !strings.HasPrefix(letters(text), letters(WithoutTags(page.HTML()))) {
				t.Fatalf("%q became %q", page.HTML(), text)
			}
		}
	})
}
