package render

import (
	"html"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("бир эки үч төрт ", 200)
	for name, c := range map[string]struct{ before, after, old, now string }{
		"the same":   {"Open on Monday.", "Open on Monday.", "Open on Monday.", "Open on Monday."},
		"a word":     {"Open on Monday at 9", "Open on Tuesday at 9", "Open on <s>Monday</s> at 9", "Open on <u>Tuesday</u> at 9"},
		"added":      {"a c", "a b c", "a c", "a <u>b</u> c"},
		"gone":       {"a b c", "a c", "a <s>b</s> c", "a c"},
		"rewritten":  {"a b", "x y z", "<s>a b</s>", "<u>x y z</u>"},
		"nothing":    {"", "x", "", "<u>x</u>"},
		"paragraphs": {"Title\n\nOne\nTwo", "Title\n\nOne\nThree", "Title\n\nOne\n<s>Two</s>", "Title\n\nOne\n<u>Three</u>"},
		"markup":     {"<b>&", "<i>", "<s>&lt;b&gt;&amp;</s>", "<u>&lt;i&gt;</u>"},
		"far at last": {
			long + "9:00 end", long + "8:00 end",
			"бир эки үч төрт бир эки үч төрт … бир эки үч төрт бир эки үч төрт <s>9:00</s> end",
			"бир эки үч төрт бир эки үч төрт … бир эки үч төрт бир эки үч төрт <u>8:00</u> end",
		},
		"one long word": {strings.Repeat("x", 2000), "y", "<s>" + strings.Repeat("x", 499) + "…</s>", "<u>y</u>"},
	} {
		if old, now := Compare(c.before, c.after, 500); old != c.old || now != c.now {
			t.Errorf("%s:\n%q\n%q, want\n%q\n%q", name, old, now, c.old, c.now)
		}
	}
}

// TestCompareLosesNothing: without the marks each text is itself, and what is not marked is the
// same in both.
func TestCompareLosesNothing(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom([]string{"a", "b", "c", "<", "&", "9:00"})
	text := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(word, 0, 60).Draw(t, "words"), " ") })
	rapid.Check(t, func(t *rapid.T) {
		before, after := text.Draw(t, "before"), text.Draw(t, "after")
		old, now := Compare(before, after, 4000)
		if strings.Count(old, "<s>") > mostMarks || strings.Count(now, "<u>") > mostMarks {
			t.Fatalf("too many marks: %q, %q", old, now)
		}
		plain := func(s, tag string) string {
			return html.UnescapeString(strings.NewReplacer("<"+tag+">", "", "</"+tag+">", "").Replace(s))
		}
		if plain(old, "s") != before || plain(now, "u") != after {
			t.Fatalf("%q, %q became %q, %q", before, after, old, now)
		}
		if marked := strings.Count(old, "<s>") + strings.Count(now, "<u>"); (marked == 0) != (before == after) {
			t.Fatalf("%q and %q have %d marks", before, after, marked)
		}
	})
}

func BenchmarkCompare(b *testing.B) {
	text := strings.Repeat("бир эки үч төрт ", 250)
	for b.Loop() {
		Compare("x "+text+" y", "z "+text+" w", 1200)
	}
}
