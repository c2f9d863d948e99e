package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestHandbookQuotesTheButtons: what the press office's handbook prints in bold is what a
// button says, in its language, with some value for each placeholder, and so are the README's
// lines for the press office. The two handbooks quote the same buttons in the same order.
func TestHandbookQuotesTheButtons(t *testing.T) {
	t.Parallel()
	quoted := make(map[string][]string)
	documents := documentTexts(t)
	_, lines, _ := strings.Cut(documents["README.md"], "\n## For the press office\n")
	lines, _, _ = strings.Cut(lines, "\n## ")
	for language, text := range map[string]string{
		"ky": documents["docs/press-office.ky.md"], "ru": documents["docs/press-office.ru.md"], "en": lines,
	} {
		buttons := buttonsIn(t, language)
		for _, bold := range regexp.MustCompile(`\*\*([^*]+)\*\*`).FindAllStringSubmatch(text, -1) {
			label := oneLine(bold[1])
			entry := ""
			for name, pattern := range buttons {
				if pattern.MatchString(label) {
					entry = name
				}
			}
			if entry == "" {
				t.Errorf("%s: no button says %q", language, label)
			}
			quoted[language] = append(quoted[language], entry)
		}
	}
	if len(quoted["en"]) < 10 || len(quoted["ky"]) < 20 || !slices.Equal(quoted["ky"], quoted["ru"]) {
		t.Errorf("the handbooks quote the buttons\n%q,\n%q", quoted["ky"], quoted["ru"])
	}
}

// oneLine writes what may be on two lines, or has no-break spaces, with spaces.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// filledIn stands in an entry of the catalogue for a value.
var filledIn = regexp.MustCompile(`\\\{\\\{\\\.\w+\\\}\\\}`)

// buttonsIn are the patterns of what the press office's buttons say in a language, by entry.
// The button that asks for a text in a language is made of a sign and its name.
func buttonsIn(t *testing.T, language string) map[string]*regexp.Regexp {
	t.Helper()
	buttons := map[string]*regexp.Regexp{"ask": regexp.MustCompile(`^➕ (Кыргызча|Русский|English)$`)}
	for _, part := range []string{"desk", "report"} {
		source, err := os.ReadFile(filepath.Join(top, "bot/locale/catalogue/"+part+"."+language+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var catalogue struct {
			Button map[string]any `yaml:"button"` // texts, and plural forms, which no handbook quotes
		}
		if err := yaml.Unmarshal(source, &catalogue); err != nil {
			t.Fatal(err)
		}
		for name, entry := range catalogue.Button {
			label, _ := entry.(string)
			buttons[name] = regexp.MustCompile("^" + filledIn.ReplaceAllString(regexp.QuoteMeta(oneLine(label)), ".+") + "$")
		}
	}
	return buttons
}
