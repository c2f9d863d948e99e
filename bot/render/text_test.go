package render

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		budget     int
		want       string
	}{
		{"fits", "Бир сүйлөм.", 11, "Бир сүйлөм."},
		{"sentence", "Биринчи сүйлөм. Экинчи сүйлөм узун.", 25, "Биринчи сүйлөм."},
		{"last whole sentence", "Иш бүттү. Эл кубанды! Үчүнчү сүйлөм.", 25, "Иш бүттү. Эл кубанды!"},
		{"closing quotation mark", "Ал «Бүттү.» Андан кийин кетти да калды.", 20, "Ал «Бүттү.»"},
		{"paragraph", "Бир саптан турган абзац\n\nЭкинчи абзац да бар", 30, "Бир саптан турган абзац"},
		{"abbreviated year", "Конференция 2018-ж. Тбилисиде өттү жана аяктады", 40, "Конференция 2018-ж. Тбилисиде өттү жана…"},
		{"initials", "На встрече был А. Сарымсаков и другие люди", 31, "На встрече был А. Сарымсаков и…"},
		{"abbreviation before a small letter", "Выделено 50 млн. сомов на помощь людям", 26, "Выделено 50 млн. сомов на…"},
		{"decimal point", "Рост составил 3.5 процента за этот год", 25, "Рост составил 3.5…"},
		{"word", "жазык иштери боюнча сот адилеттиги", 20, "жазык иштери боюнча…"},
		{"comma before the cut", "жазык иштери, соттор жана башка", 16, "жазык иштери…"},
		{"one long word", strings.Repeat("ы", 30), 10, strings.Repeat("ы", 9) + "…"},
		{"pairs", strings.Repeat("😀", 10), 6, "😀😀…"},
		{"flag", "аа🇰🇬🇰🇬", 6, "аа…"},
		{"family", "аа👨‍👩‍👧бб", 9, "аа…"},
		{"accent", "ааа́б", 4, "аа…"},
		{"far sentence end", "Да. " + strings.Repeat("слово ", 20), 60, "Да. " + strings.Repeat("слово ", 8) + "слово…"},
	} {
		if got := Cut(c.text, c.budget); got != c.want {
			t.Errorf("%s: %q, not %q", c.name, got, c.want)
		}
	}
}

func TestCutKeepsToItsBudget(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := anyText.Draw(t, "text")
		budget := rapid.IntRange(1, 100).Draw(t, "budget")
		got := Cut(text, budget)
		if Units(got) > budget {
			t.Fatalf("%q is %d units long, not %d", got, Units(got), budget)
		}
		if !utf8.ValidString(got) {
			t.Fatalf("%q is not text", got)
		}
		if kept := strings.TrimSuffix(got, "…"); !strings.HasPrefix(text, kept) {
			t.Fatalf("%q is not the beginning", got)
		}
	})
}
