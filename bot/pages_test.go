package bot

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPaginate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		paragraphs []string
		size       int
		want       []string
	}{
		{"nothing", nil, 20, nil},
		{"one page", []string{"Биринчи.", "Экинчи."}, 20, []string{"Биринчи.\n\nЭкинчи."}},
		{"paragraphs stay whole", []string{"Биринчи абзац.", "Экинчи абзац."}, 20, []string{"Биринчи абзац.", "Экинчи абзац."}},
		{"a long one is parted at a sentence", []string{"Бир сүйлөм. Эки сүйлөм. Үч сүйлөм."}, 25, []string{"Бир сүйлөм. Эки сүйлөм.", "Үч сүйлөм."}},
		{"or at a word", []string{"бир эки үч төрт беш"}, 10, []string{"бир эки үч", "төрт беш"}},
	} {
		if got := paginate(c.paragraphs, c.size); strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%s: %q, not %q", c.name, got, c.want)
		}
	}
}

func TestPagesLoseNoWord(t *testing.T) {
	t.Parallel()
	letters := func(s string) string { return strings.Join(strings.Fields(s), "") }
	rapid.Check(t, func(t *rapid.T) {
		text := anyText.Draw(t, "text")
		size := rapid.IntRange(20, 200).Draw(t, "size")
		pages := paginate(strings.Split(paragraphs(text), "\n\n"), size)
		for _, page := range pages {
			if n := units(page); n == 0 || n > size {
				t.Fatalf("a page is %d units long", n)
			}
		}
		if got := letters(strings.Join(pages, "")); got != letters(text) {
			t.Fatalf("%q became %q", letters(text), got)
		}
	})
}
