package locale

import (
	"strings"
	"testing"
)

func TestPlurals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language string
		count    int
		want     string
	}{
		{"ky", 1, "1 тема"}, {"ky", 2, "2 тема"}, {"ky", 5, "5 тема"}, {"ky", 21, "21 тема"},
		{"ru", 1, "1 тема"}, {"ru", 2, "2 темы"}, {"ru", 5, "5 тем"}, {"ru", 11, "11 тем"}, {"ru", 21, "21 тема"}, {"ru", 22, "22 темы"}, {"ru", 1000, "1\u00a0000 тем"},
		{"en", 1, "1 topic"}, {"en", 2, "2 topics"}, {"en", 5, "5 topics"}, {"en", 21, "21 topics"},
	} {
		if got := For(c.language).N("line.topic_count", c.count, nil); got != c.want {
			t.Errorf("%s says %q, not %q", c.language, got, c.want)
		}
	}
	for _, c := range []struct {
		count int
		want  string
	}{
		{1, "🔎 <b>Нашлась 1 новость</b>"}, {2, "🔎 <b>Нашлись 2 новости</b>"}, {5, "🔎 <b>Нашлось 5 новостей</b>"}, {21, "🔎 <b>Нашлась 21 новость</b>"},
	} {
		if got := For("ru").N("screen.found", c.count, nil); got != c.want {
			t.Errorf("says %q, not %q", got, c.want)
		}
	}
}

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
