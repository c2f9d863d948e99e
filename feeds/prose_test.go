package feeds

import (
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestProse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b        string
		same, alike bool
	}{
		{"Центр «Адилет» меняет часы", `ЦЕНТР "Адилет"  меняет часы!`, true, true},
		{"й", "й", true, true}, // One letter, and a letter with a sign.
		{"Открыт набор в реестр медиаторов на следующий гот", "Открыт набор в реестр медиаторов на следующий год", false, true},
		{"Внесено изменение в реестр: статья 17", "Внесено изменение в реестр: статья 18", false, false},
		{"Приём пройдёт 27 ноября", "Приём пройдёт 4 декабря", false, false},
		{"Требуется юрист отдела экспертизы", "Требуется бухгалтер в управление", false, false},
		{"Запросы на бумаге больше не нужны. Ответ приходит…", "Запросы на бумаге больше не нужны. Ответ приходит за минуту.", true, true},
		{"Запросы на бумаге больше не нужны", "Запросы на бумаге больше не нужны. Ответ приходит за минуту.", false, true},
		{"Да…", "Дайте", false, false},
		{"!!!", "???", false, false},
		{"", "", true, false},
	} {
		a, b := proseOf(test.a), proseOf(test.b)
		if a.same(b) != test.same || b.same(a) != test.same {
			t.Errorf("%q and %q: same is %v", test.a, test.b, !test.same)
		}
		if !test.same && (a.alike(b) != test.alike || b.alike(a) != test.alike) {
			t.Errorf("%q and %q: alike is %v", test.a, test.b, !test.alike)
		}
	}
}

// TestComposed: what is left as it is would be left so by Unicode's rules, too.
func TestComposed(t *testing.T) {
	t.Parallel()
	for r := rune(1); r < 0x3000; r++ {
		for _, s := range []string{string(r), "и" + string(r), "e" + string(r)} {
			if got, want := composed(s), norm.NFC.String(s); got != want {
				t.Fatalf("%q (%U): got %q, want %q", s, r, got, want)
			}
		}
	}
}
