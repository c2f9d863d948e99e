package repair

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
)

// TestWrittenTwice: UTF-8 that was taken for another charset and written as UTF-8 is read as
// it was meant, the letters included that were lost on the way; what only looks so stays.
func TestWrittenTwice(t *testing.T) {
	t.Parallel()
	const text = "<rss><title>Итоги «Недели права» в Ошe: Иссык-Көл, Чүй, Таңдоо — Эл үчүн, 5 суд открыли</title></rss>"
	twice := func(by *charmap.Charmap, text string) string {
		out, err := by.NewDecoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, test := range []struct{ name, body, text, charset string }{
		{"windows-1251", strings.ReplaceAll(twice(charmap.Windows1251, text), "\ufffd", "\u0098"), text, "utf-8 taken for windows-1251"},
		{"windows-1251, a letter lost", strings.ReplaceAll(twice(charmap.Windows1251, text), "\ufffd", "?"), text, "utf-8 taken for windows-1251"},
		{"Latin-1", twice(charmap.ISO8859_1, text), text, "utf-8 taken for windows-1252"},
		{"within a template", "Жаңылыктар. Новости " + twice(charmap.ISO8859_1, text), "Жаңылыктар. Новости " + text, "utf-8 taken for windows-1252"},
		{"as it should be", text + " Рё Рё Сѓ", text + " Рё Рё Сѓ", "utf-8"},
		{"a page about it", "РЎСѓРґ " + text, "РЎСѓРґ " + text, "utf-8"},
	} {
		got, charset, err := Decode([]byte(test.body), "text/xml; charset=utf-8")
		if err != nil || string(got) != test.text || charset != test.charset {
			t.Errorf("%s: got %q, %s, %v", test.name, got, charset, err)
		}
	}
}
