package locale

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"
)

// forms are the plural forms that CLDR gives each language.
var forms = map[string][]string{
	"ky": {"one", "other"},
	"ru": {"few", "many", "one", "other"},
	"en": {"one", "other"},
}

// room is what the longest configured name of a ministry may add where a text prints it.
const room = 120

// entry is one text of a catalogue as it was written: by plural form, or under "".
type entry map[string]string

// catalogues are the texts of each language by id, as they were written.
var catalogues = sync.OnceValue(func() map[string]map[string]entry {
	all := make(map[string]map[string]entry)
	for _, language := range Languages() {
		entries := make(map[string]entry)
		for _, part := range parts {
			data, err := files.ReadFile("catalogue/" + part + language + ".yaml")
			if err == nil {
				err = read(data, entries)
			}
			if err != nil {
				panic(fmt.Errorf("catalogue %s%s: %w", part, language, err))
			}
		}
		all[language] = entries
	}
	return all
})

// read adds a file's entries; each stands in one file only.
func read(data []byte, entries map[string]entry) error {
	var places map[string]map[string]any
	if err := yaml.Unmarshal(data, &places); err != nil {
		return err
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
				return fmt.Errorf("%s.%s stands in two files", place, name)
			}
			entries[place+"."+name] = e
		}
	}
	return nil
}

func TestEveryLanguageHasTheSameEntries(t *testing.T) {
	t.Parallel()
	reference := catalogues()[Default]
	for _, language := range Languages() {
		entries := catalogues()[language]
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
		for id, e := range catalogues()[language] {
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
		for id, e := range catalogues()[language] {
			if _, plain := e[""]; !plain {
				plural[id] = true
			}
		}
	}
	for _, language := range Languages() {
		entries := catalogues()[language]
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
	reference := catalogues()[Default]
	for _, language := range Languages() {
		for id, e := range catalogues()[language] {
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
