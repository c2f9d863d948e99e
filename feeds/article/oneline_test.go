package article

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzOneLine: what is one line already stays, and what OneLine makes is one.
func FuzzOneLine(f *testing.F) {
	for _, seed := range []string{"", " ", "a  b", "Ң ө ү\u00a0x", "\u200e\u200d👩\u200d⚖️", "a\u0085b", "\xff", "\ufeffx", "a ", "é\u00ad"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line := OneLine(s)
		if !isOneLine(line) || !utf8.ValidString(line) || OneLine(line) != line || strings.Join(strings.Fields(line), " ") != line {
			t.Errorf("%q became %q", s, line)
		}
	})
}
