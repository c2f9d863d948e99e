package locale

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// arrows turn pages. By Unicode they are text unless U+FE0F follows, and are read aloud.
const arrows = "◀▶"

// inscribed are lines that the fixture's article and the scripts have, not the bot.
var inscribed = map[string]bool{"": true, "…": true, "📍": true}

// withoutEmoji is a text as who can't see them has it.
func withoutEmoji(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.Is(unicode.So, r) && !strings.ContainsRune(arrows, r) || r == '\ufe0f' || r == '\u200d'
	}), " ")
}

// screensOf are the screens of a conversation, line by line.
func screensOf(script string) (screens [][]string) {
	for line := range strings.Lines(script) {
		shown, isShown := strings.CutPrefix(strings.TrimRight(line, "\n"), "| ")
		shown = strings.TrimPrefix(shown, "┆ ") // what opens at a tap
		switch {
		case isShown && (len(screens) == 0 || strings.HasPrefix(shown, "(")):
			screens = append(screens, []string{shown})
		case isShown:
			screens[len(screens)-1] = append(screens[len(screens)-1], shown)
		}
	}
	return screens
}

// markedLabel is that of a button of what is chosen, without its marks.
var markedLabel = regexp.MustCompile(`\[✅ (.*?)(?: ⭐)?\]`)

var hasLetter = regexp.MustCompile(`[\pL\pN]`)

// TestNothingDependsOnAnEmoji: without emoji every button still says something, and no two
// buttons of a screen say the same that did not with them; no line of a text says nothing. What
// is chosen, a line says, too.
func TestNothingDependsOnAnEmoji(t *testing.T) {
	t.Parallel()
	for path, script := range conversations() {
		for _, screen := range screensOf(script) {
			said := map[string]string{}
			for _, line := range screen {
				if !buttonRow.MatchString(line) {
					if !inscribed[line] && !hasLetter.MatchString(withoutEmoji(line)) {
						t.Errorf("%s: the line %q says nothing without emoji", path, line)
					}
					continue
				}
				for _, l := range markedLabel.FindAllStringSubmatch(line, -1) {
					if strings.Contains(path, "/desk/") {
						continue // there the sign stands on what approves
					}
					if !slices.ContainsFunc(screen, func(other string) bool { return !buttonRow.MatchString(other) && strings.Contains(other, l[1]) }) {
						t.Errorf("%s: only ✅ says that [%s] is chosen", path, l[1])
					}
				}
				for _, l := range label.FindAllStringSubmatch(line, -1) {
					plain := withoutEmoji(l[1])
					if other, is := said[plain]; plain == "" || is && other != l[1] {
						t.Errorf("%s: without emoji [%s] and [%s] are alike", path, l[1], other)
					}
					said[plain] = l[1]
				}
			}
		}
	}
}
