package locale

import (
	"strings"
	"testing"
)

// counts are numbers of which each behaves differently in some language.
var counts = []int{1, 2, 5, 11, 21, 22, 25, 100, 1000, million}

// counted are the texts with a number: what stands around it, "#", in Russian for one (1, 21),
// few (2, 22) and many (5, 11, 25, 100, 1000), in English for one and others, and in Kyrgyz,
// where a noun stays as it is.
var counted = map[string]struct {
	ru [3]string
	en [2]string
	ky string
}{
	"line.topic_count": {[3]string{"# тема", "# темы", "# тем"}, [2]string{"# topic", "# topics"}, "# тема"},
	"screen.found": {
		[3]string{"Нашлась # новость", "Нашлись # новости", "Нашлось # новостей"}, [2]string{"# item found", "# items found"}, "# кабар табылды",
	},
	"screen.held": {all("новостей на проверку — #"), [2]string{"# item to review", "# items to review"}, "текшерилүүчү кабар — #"},
	"screen.held_confirm": {
		[3]string{"новость получит # подписчик.", "новость получат # подписчика.", "новость получат # подписчиков."},
		[2]string{"to # subscriber.", "to # subscribers."}, "# жазылуучуга",
	},
	"screen.held_confirm_changes": {all("на телефонах: до #."), [2]string{"up to # phone.", "up to # phones."}, "# телефондо"},
	"line.desk_signs":             {[3]string{"# знак ✅", "# знака ✅", "# знаков ✅"}, [2]string{"# character ✅", "# characters ✅"}, "# белги ✅"},
	"line.desk_reaches":           {all("Получателей: #."), [2]string{"# person.", "# people."}, "# адамга"},
	"line.desk_changes_on":        {all("на телефонах: #."), [2]string{"# phone.", "# phones."}, "# телефондо"},
	"button.desk_days":            {[3]string{"# день", "# дня", "# дней"}, [2]string{"# day", "# days"}, "# күн"},
	"web.held": {
		[3]string{"# новость ждёт", "# новости ждут", "# новостей ждут"}, [2]string{"# item is", "# items are"}, "# кабар чечимди",
	},
	"line.growth": {[3]string{"за # день", "за # дня", "за # дней"}, [2]string{"in # day", "in # days"}, "# күндө"},
}

func all(text string) [3]string { return [3]string{text, text, text} }

// kinds are the places of the counts' forms in Russian.
var kinds = map[int]int{1: 0, 2: 1, 5: 2, 11: 2, 21: 0, 22: 1, 25: 2, 100: 2, 1000: 2, million: 2}

func TestPlurals(t *testing.T) {
	t.Parallel()
	values := map[string]any{"Source": "s", "Language": "L"}
	for id, want := range counted {
		for _, n := range counts {
			en := want.en[1]
			if n == 1 {
				en = want.en[0]
			}
			for language, text := range map[string]string{"ky": want.ky, "ru": want.ru[kinds[n]], "en": en} {
				l := For(language)
				got := l.N(id, n, values) + "\n"
				want := strings.ReplaceAll(text, "#", l.Number(n))
				if i := strings.Index(got, want); i < 0 || strings.ContainsFunc(got[i+len(want):i+len(want)+1], isWord) {
					t.Errorf("%s: %s of %d is %q, not %q", language, id, n, got, want)
				}
			}
		}
	}
	for id, e := range catalogues()[Default] {
		if _, plain := e[""]; !plain && counted[id].ky == "" {
			t.Errorf("%s has plural forms; write into counted what they are", id)
		}
	}
}

// isWord reports whether a byte goes on with a word; those of a Cyrillic letter are not ASCII.
func isWord(r rune) bool { return r >= 0x80 || 'a' <= r && r <= 'z' }

func TestWeekdaysAreSevenInOrder(t *testing.T) {
	t.Parallel()
	for _, language := range Languages() {
		for _, id := range []string{"date.weekdays", "date.days"} {
			if n := len(strings.Fields(For(language).T(id, nil))); n != 7 {
				t.Errorf("%s: %s are %d", language, id, n)
			}
		}
	}
}
