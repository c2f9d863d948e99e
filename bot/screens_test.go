package bot_test

import (
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"kabarchy/bot/locale"
)

// TestEveryScreenOccursInAConversation holds the scripts to being complete: each screen
// in each language.
func TestEveryScreenOccursInAConversation(t *testing.T) {
	t.Parallel()
	for _, language := range locale.Languages() {
		seen := conversations(t, language)
		for _, part := range []string{"", "desk.", "report."} {
			source, err := os.ReadFile("locale/catalogue/" + part + language + ".yaml")
			if err != nil {
				t.Fatal(err)
			}
			var catalogue map[string]map[string]any
			if err := yaml.Unmarshal(source, &catalogue); err != nil {
				t.Fatal(err)
			}
			for name, entry := range catalogue["screen"] {
				if !passing[name] && !occurs(entry).MatchString(seen) {
					t.Errorf("%s: no conversation shows screen.%s", language, name)
				}
			}
		}
	}
}

// passing are screens that no script can stop at: they stand for less than a second there, or
// need Telegram to be away for a day. Other tests show them.
var passing = map[string]bool{"desk_correcting": true, "desk_withdrawing": true, "desk_sure_retry": true}

// conversations is all that the scripts of a language show.
func conversations(t *testing.T, language string) string {
	t.Helper()
	var all strings.Builder
	for _, script := range scriptsIn(t, language) {
		for line := range strings.Lines(script) {
			if shown, isShown := strings.CutPrefix(line, "| "); isShown {
				all.WriteString(strings.TrimPrefix(shown, "┆ "))
			}
		}
	}
	return all.String()
}

// scriptsIn are the scripts of a language.
func scriptsIn(t *testing.T, language string) (scripts []string) {
	t.Helper()
	for _, folder := range []string{"conversations", "desk"} {
		paths, err := filepath.Glob("testdata/" + folder + "/*." + language + ".txt")
		if err != nil || len(paths) == 0 {
			t.Fatalf("no conversations: %v", err)
		}
		for _, path := range paths {
			script, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			scripts = append(scripts, string(script))
		}
	}
	return scripts
}

var (
	anyTag = regexp.MustCompile(`<[^>]*>`)
	// anyPlaceholder matches what regexp.QuoteMeta makes of one.
	anyPlaceholder = regexp.MustCompile(`\\{\\{[^}]*\\}\\}`)
	anySpace       = regexp.MustCompile(`\s+`)
)

// occurs matches where the entry, in any of its forms, stands with something in place of
// its placeholders.
func occurs(entry any) *regexp.Regexp {
	forms := map[string]any{"": entry}
	if several, ok := entry.(map[string]any); ok {
		forms = several
	}
	var patterns []string
	for _, form := range forms {
		text, _ := form.(string)
		text = html.UnescapeString(anyTag.ReplaceAllString(text, ""))
		text = anyPlaceholder.ReplaceAllString(regexp.QuoteMeta(text), `.*`)
		patterns = append(patterns, anySpace.ReplaceAllString(text, `\s+`)) // it may be folded there
	}
	return regexp.MustCompile(strings.Join(patterns, "|"))
}
