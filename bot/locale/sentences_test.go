package locale

import (
	"regexp"
	"strings"
	"testing"
)

// endings are Kyrgyz endings that may hang on a value, and why they are right for each.
var endings = map[string]string{
	"line.daily":     "дө",  // every time is a full hour, and so ends in ноль-ноль
	"line.weekly":    "дө",  // likewise
	"line.group_few": "тен", // it is always five: see report.Least
}

// TestNoEndingHangsOnAValue: a Kyrgyz ending follows the vowels of its word, and nobody knows
// those of a name or a number. A word behind a hyphen is none.
func TestNoEndingHangsOnAValue(t *testing.T) {
	t.Parallel()
	hangs := regexp.MustCompile(`\}\}(?:</?[a-z]+>)*[-']?(\p{Cyrillic}+)`)
	words := map[string]bool{"жыл": true, "ж": true, "сүрөт": true}
	for id, e := range catalogues()["ky"] {
		for _, text := range e {
			for _, found := range hangs.FindAllStringSubmatch(text, -1) {
				if !words[found[1]] && endings[id] != found[1] {
					t.Errorf("ky: %s hangs the ending -%s on a value: %q", id, found[1], text)
				}
			}
		}
	}
}

var (
	// inner is the end of a sentence within a line.
	inner = regexp.MustCompile(`[.!?…][»”)]* \p{Lu}`)
	// behind is what may follow the end of a sentence.
	behind = regexp.MustCompile(`(?:[»”)]|</?[a-z]+>)+$`)
)

// end is how a line ends: as a sentence, as a question, with a colon, with a value or a
// command, which end as they want, or with a word.
func end(line string) string {
	line = behind.ReplaceAllString(line, "")
	switch {
	case strings.HasSuffix(line, "}}"), regexp.MustCompile(`(?:/[a-z]+|✅)$`).MatchString(line):
		return "value"
	case strings.HasSuffix(line, "?"):
		return "question"
	case strings.HasSuffix(line, ":"):
		return "colon"
	case strings.HasSuffix(line, "."), strings.HasSuffix(line, "!"), strings.HasSuffix(line, "…"):
		return "sentence"
	}
	return "word"
}

// short are words that end in a full stop and end no sentence.
var short = regexp.MustCompile(`(?:чел|сек|мин|г)\.$`)

// TestSentencesEnd: a line of several sentences ends with a full stop, and so does a toast;
// what is no sentence has none; and the three languages agree.
func TestSentencesEnd(t *testing.T) {
	t.Parallel()
	ends := map[string]map[string]string{} // by language of an entry's line
	for language, entries := range catalogues() {
		for id, e := range entries {
			place, _, _ := strings.Cut(id, ".")
			for _, text := range e {
				for n, line := range strings.Split(text, "\n") {
					got := end(short.ReplaceAllString(line, "$0#"))
					switch {
					case place == "toast" && got != "sentence" && got != "question":
						t.Errorf("%s: %s does not end as a sentence: %q", language, id, line)
					case (place == "button" || place == "command" || place == "column") && got != "word" && got != "value":
						t.Errorf("%s: %s ends as a sentence: %q", language, id, line)
					case inner.MatchString(line) && got == "word":
						t.Errorf("%s: %s does not end its last sentence: %q", language, id, line)
					}
					at := id + "\x00" + string(rune('0'+n))
					if ends[at] == nil {
						ends[at] = map[string]string{}
					}
					if got != "value" {
						ends[at][got] += language + ": " + line + "\n"
					}
				}
			}
		}
	}
	for at, kinds := range ends {
		if len(kinds) > 1 {
			id, _, _ := strings.Cut(at, "\x00")
			t.Errorf("%s ends in different ways:\n%v", id, kinds)
		}
	}
}
