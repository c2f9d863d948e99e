package locale

import (
	"testing"
	"time"
)

func TestFor(t *testing.T) {
	t.Parallel()
	for language, want := range map[string]string{
		"ky": "ky", "ru": "ru", "en": "en", "en-GB": "en", "KY-kg": "ky", "": "ru", "tr": "ru", "zz-ZZ-zz": "ru",
	} {
		if got := For(language).Language(); got != want {
			t.Errorf("For(%q) speaks %s, not %s", language, got, want)
		}
	}
}

func TestDate(t *testing.T) {
	t.Parallel()
	bishkek := time.FixedZone("+06", 6*60*60)
	evening := time.Date(2018, time.November, 21, 19, 30, 0, 0, time.UTC).In(bishkek)
	for language, want := range map[string]string{
		"ky": "22-ноябрь, 2018-жыл", "ru": "22 ноября 2018 г.", "en": "22 November 2018",
	} {
		if got := For(language).Date(evening); got != want {
			t.Errorf("%s writes %q, not %q", language, got, want)
		}
		for month := time.January; month <= time.December; month++ {
			if For(language).months[month-1] == "" {
				t.Errorf("%s does not name %s", language, month)
			}
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language string
		n        int
		want     string
	}{
		{"ky", 0, "0"}, {"ky", 999, "999"}, {"ky", 1234567, "1\u00a0234\u00a0567"}, {"ru", 1000, "1\u00a0000"},
		{"ru", -1000, "-1\u00a0000"}, {"en", 1000000, "1,000,000"}, {"en", -999, "-999"},
	} {
		if got := For(c.language).Number(c.n); got != c.want {
			t.Errorf("%s writes %d as %q, not %q", c.language, c.n, got, c.want)
		}
	}
}

func TestHTMLEscapesWhatItIsGiven(t *testing.T) {
	t.Parallel()
	got := For("ru").HTML("screen.greeting", map[string]any{"Ministry": "A & <b>B"})
	want := "<b>Здравствуйте!</b>\nA &amp; &lt;b&gt;B присылает сюда свои новости. Выберите язык."
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestButtonsNameTheLanguagesInEachOther(t *testing.T) {
	t.Parallel()
	want := []string{"Кыргызча", "Русский", "English"}
	for i, language := range Languages() {
		if got := For(language).Name(); got != want[i] {
			t.Errorf("%s calls itself %q, not %q", language, got, want[i])
		}
	}
}
