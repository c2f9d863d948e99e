package locale

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"

	"github.com/goccy/go-yaml"
)

// forms are the plural forms that CLDR gives each language.
var forms = map[string][]string{
	"ky": {"one", "other"},
	"ru": {"few", "many", "one", "other"},
	"en": {"one", "other"},
}

// places are the parts of Telegram's screen and how much each holds, in UTF-16 units.
// A button is as wide as a cheap phone shows without cutting it.
var places = map[string]int{
	"language": 20,
	"number":   1,
	"date":     120,
	"screen":   2000,
	"line":     120,
	"button":   30,
	"toast":    200,
	"column":   40,  // of a table
	"web":      400, // of a page
	"command":  60,  // Telegram takes 256 and shows one line
	"about":    512,
	"short":    120,
}

// room is what the longest configured name of a ministry may add where a text prints it.
const room = 120

// entry is one text of a catalogue as it was written: by plural form, or under "".
type entry map[string]string

func catalogue(t *testing.T, language string) map[string]entry {
	t.Helper()
	entries := make(map[string]entry)
	for _, part := range parts {
		data, err := files.ReadFile("catalogue/" + part + language + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		read(t, data, entries)
	}
	return entries
}

// read adds a file's entries; each stands in one file only.
func read(t *testing.T, data []byte, entries map[string]entry) {
	t.Helper()
	var places map[string]map[string]any
	if err := yaml.Unmarshal(data, &places); err != nil {
		t.Fatal(err)
	}
	for place, texts := range places {
		for name, text := range texts {
			e := entry{}
			switch text := text.(type) {
			case string:
				e[""] = text
			case map[string]any:
				for form, s := range text {
					e[form], _ = s.(string)
				}
			}
			if _, twice := entries[place+"."+name]; twice {
				t.Errorf("%s.%s stands in two files", place, name)
			}
			entries[place+"."+name] = e
		}
	}
}

func TestEveryLanguageHasTheSameEntries(t *testing.T) {
	t.Parallel()
	reference := catalogue(t, Default)
	for _, language := range Languages() {
		entries := catalogue(t, language)
		for id := range reference {
			if _, ok := entries[id]; !ok {
				t.Errorf("%s: %s is missing", language, id)
			}
		}
		for id := range entries {
			if _, ok := reference[id]; !ok {
				t.Errorf("%s: %s is not in %s", language, id, Default)
			}
		}
	}
}

func TestNothingIsEmptyOrUntrimmed(t *testing.T) {
	t.Parallel()
	for _, language := range Languages() {
		for id, e := range catalogue(t, language) {
			for form, text := range e {
				if text == "" || id != "number.group" && strings.TrimSpace(text) != text {
					t.Errorf("%s: %s %s is empty or begins or ends with space: %q", language, id, form, text)
				}
			}
		}
	}
}

func TestPluralFormsAreTheLanguages(t *testing.T) {
	t.Parallel()
	plural := make(map[string]bool)
	for _, language := range Languages() {
		for id, e := range catalogue(t, language) {
			if _, plain := e[""]; !plain {
				plural[id] = true
			}
		}
	}
	for _, language := range Languages() {
		entries := catalogue(t, language)
		for id := range plural {
			if got := slices.Sorted(maps.Keys(entries[id])); !slices.Equal(got, forms[language]) {
				t.Errorf("%s: %s has the forms %q, not %q", language, id, got, forms[language])
			}
		}
	}
}

var placeholder = regexp.MustCompile(`{{[^}]*}}`)

func placeholders(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestPlaceholdersAgree(t *testing.T) {
	t.Parallel()
	reference := catalogue(t, Default)
	for _, language := range Languages() {
		for id, e := range catalogue(t, language) {
			want := placeholders(strings.Join(slices.Collect(maps.Values(reference[id])), ""))
			for form, text := range e {
				got := placeholders(text)
				if form == "one" { // "one" may say it in a word
					got = append(got, "{{.Count}}")
					slices.Sort(got)
					got = slices.Compact(got)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s: %s %s has the placeholders %q, not %q", language, id, form, got, want)
				}
				for _, p := range got {
					if !regexp.MustCompile(`^{{\.[A-Z]\w*}}$`).MatchString(p) {
						t.Errorf("%s: %s: %q is not a plain placeholder", language, id, p)
					}
				}
			}
		}
	}
}

func TestTextsFitTheirPlaces(t *testing.T) {
	t.Parallel()
	tag := regexp.MustCompile(`</?[a-z]+>`)
	for _, language := range Languages() {
		for id, e := range catalogue(t, language) {
			place, name, _ := strings.Cut(id, ".")
			if place == "profile" {
				place = name
			}
			limit, known := places[place]
			if !known {
				t.Errorf("%s: %s has no place", language, id)
			}
			for _, text := range e {
				length := len(utf16.Encode([]rune(tag.ReplaceAllString(text, ""))))
				for _, p := range placeholders(text) {
					switch p {
					case "{{.Ministry}}":
						length += room
					case "{{.Site}}":
						length += 30
					}
				}
				if length > limit {
					t.Errorf("%s: %s is %d long, its place holds %d", language, id, length, limit)
				}
			}
		}
	}
}

// foreign are the Latin words that a Kyrgyz or Russian screen may show.
var foreign = regexp.MustCompile(`{{[^}]*}}|</?[a-z]+>|/[a-z]+|English|Telegram`)

func TestNoEnglishShowsThrough(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"ky", "ru"} {
		for id, e := range catalogue(t, language) {
			for _, text := range e {
				rest := foreign.ReplaceAllString(text, "")
				if strings.ContainsFunc(rest, func(r rune) bool { return unicode.Is(unicode.Latin, r) }) {
					t.Errorf("%s: %s holds Latin letters: %q", language, id, text)
				}
			}
		}
	}
	for id, e := range catalogue(t, "en") {
		for _, text := range e {
			if strings.ContainsFunc(foreign.ReplaceAllString(text, ""), func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) {
				t.Errorf("en: %s holds Cyrillic letters: %q", id, text)
			}
		}
	}
}

func TestRussianHasNoKyrgyzLetters(t *testing.T) {
	t.Parallel()
	for id, e := range catalogue(t, "ru") {
		for _, text := range e {
			if strings.ContainsAny(text, "ңөүҢӨҮ") {
				t.Errorf("ru: %s holds Kyrgyz letters: %q", id, text)
			}
		}
	}
}
