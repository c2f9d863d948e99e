package repair

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"kabarchy/feeds/feedtest"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	const text = "Юстиция министрлиги: Жаныларды кабыл алуу боюнча кенеш, борбор шаарда"
	encode := func(e interface{ String(string) (string, error) }, s string) string {
		out, err := e.String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	cp1251, koi8 := charmap.Windows1251.NewEncoder(), charmap.KOI8R.NewEncoder()
	le := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()
	be := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder()
	doc := func(declaration string) string {
		return "<?xml version='1.0'" + declaration + "?><rss>" + text + "</rss>"
	}
	for name, test := range map[string]struct{ body, header, charset string }{
		"utf-8":                            {doc(""), "", "utf-8"},
		"with a byte-order mark":           {"\ufeff" + doc(""), "", "utf-8"},
		"utf-8 that says windows-1251":     {doc(" encoding='windows-1251'"), "text/xml; charset=windows-1251", "utf-8"},
		"windows-1251, declared":           {encode(cp1251, doc(" encoding='windows-1251'")), "", "windows-1251"},
		"windows-1251, in the header only": {encode(cp1251, doc("")), "text/xml; charset=Windows-1251", "windows-1251"},
		"windows-1251 that says utf-8":     {encode(cp1251, doc(" encoding='utf-8'")), "text/xml; charset=utf-8", "windows-1251"},
		"windows-1251, nowhere":            {encode(cp1251, doc("")), "", "windows-1251"},
		"koi8-r, declared":                 {encode(koi8, doc(" encoding=\"KOI8-R\"")), "", "koi8-r"},
		"koi8-r, in the header only":       {encode(koi8, doc("")), "text/xml; charset=koi8-r", "koi8-r"},
		"koi8-r, nowhere":                  {encode(koi8, doc("")), "", "koi8-r"},
		"koi8-r, and a charset unheard of": {encode(koi8, doc(" encoding='x-none'")), "text/xml; charset=none", "koi8-r"},
		"utf-16 with a mark":               {encode(le, "\ufeff"+doc(" encoding='utf-16'")), "", "utf-16le"},
		"utf-16 without one":               {encode(be, doc(" encoding='utf-8'")), "", "utf-16be"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, charset, err := Decode([]byte(test.body), test.header)
			if err != nil {
				t.Fatal(err)
			}
			feedtest.Equal(t, "charset", charset, test.charset)
			if !strings.Contains(string(got), text) {
				t.Errorf("got %q", got)
			}
		})
	}
	for _, empty := range []string{"", " \n"} {
		if _, _, err := Decode([]byte(empty), ""); !errors.Is(err, ErrEmpty) {
			t.Errorf("%q: got %v, want ErrEmpty", empty, err)
		}
	}
	broken := strings.Replace(doc(""), "алуу", "ал\xffуу", 1)
	if got, charset, err := Decode([]byte(broken), ""); err != nil || charset != "utf-8" || !strings.Contains(string(got), "ал\ufffdуу") {
		t.Errorf("one invalid byte: got %q, %s, %v", got, charset, err)
	}
	latin := "<?xml version='1.0' encoding='utf-8'?><rss>The Ministry’s hotline\xd0 is open</rss>" // A sign of two bytes was cut.
	if got, charset, err := Decode([]byte(latin), "text/xml; charset=utf-8"); err != nil || charset != "utf-8" || !strings.Contains(string(got), "Ministry’s hotline\ufffd is") {
		t.Errorf("UTF-8 by both declarations, with one bad byte: got %q, %s, %v", got, charset, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("<?xml encoding='koi8-r'?>\xc0\xc1"), "text/xml; charset=windows-1251")
	f.Add([]byte("\xff\xfe<\x00"), "")
	f.Add([]byte("\x00<"), "charset=")
	f.Fuzz(func(t *testing.T, body []byte, header string) {
		text, charset, err := Decode(body, header)
		if err == nil && (!utf8.Valid(text) || charset == "") {
			t.Errorf("%q in %q", text, charset)
		}
	})
}
