package locale

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// places are the parts of Telegram's screen and how much each holds, in UTF-16 units. Of a
// line, which can be broken, it is its own words that are counted.
var places = map[string]struct{ least, most int }{
	"language": {1, 20},
	"number":   {1, 1},
	"date":     {1, 120},
	"screen":   {1, 2000},
	"line":     {1, 120},
	"button":   {1, columns[1]},
	"toast":    {1, 200}, // the text of answerCallbackQuery
	"column":   {1, 40},  // of a table
	"web":      {1, 400}, // of a page
	"command":  {3, 40},  // Telegram takes 3 to 256 and shows one line
	"about":    {1, 512}, // setMyDescription
	"short":    {1, 120}, // setMyShortDescription
}

// questions stand in the empty line for an answer, which holds 64 characters.
var questions = []string{"line.desk_reason", "line.desk_text_form"}

// columns are what a button shows of its label on a cheap phone, in UTF-16 units, by how many
// stand in its row. Telegram cuts off the rest. The phone is 360 dp wide; 300 of these are the
// message's and its buttons'. A button spends 16 on its edges and a letter takes 9.
var columns = map[int]int{1: 32, 2: 14, 3: 9, 4: 6, 5: 4}

// mark is how a choice is marked that is made.
const mark = "✅ "

var anyTag = regexp.MustCompile(`</?[a-z]+>`)

func TestTextsFitTheirPlaces(t *testing.T) {
	t.Parallel()
	for _, s := range rendered() {
		place, name, _ := strings.Cut(s.where, ".")
		if place == "profile" {
			place = name
		}
		limit, known := places[place]
		if !known {
			t.Errorf("%s: %s has no place", s.language, s.where)
		}
		if place == "line" {
			continue
		}
		if n := units(s.text); n < limit.least || n > limit.most {
			t.Errorf("%s: %s is %d long, its place holds %d to %d: %q", s.language, s.where, n, limit.least, limit.most, s.text)
		}
	}
	for _, language := range Languages() {
		entries := catalogues()[language]
		for id, e := range entries {
			for _, text := range e {
				own := placeholder.ReplaceAllString(anyTag.ReplaceAllString(text, ""), "")
				if strings.HasPrefix(id, "line.") && units(own) > places["line"].most {
					t.Errorf("%s: %s is %d long without its values: %q", language, id, units(own), own)
				}
				if strings.HasPrefix(id, "button.") && own == text && units(mark+own) > columns[1] {
					t.Errorf("%s: %s has no room for the mark of a choice: %q", language, id, text)
				}
			}
		}
		for _, id := range questions {
			if text := entries[id][""]; text == "" || units(text) > 64 {
				t.Errorf("%s: %s is %q", language, id, text)
			}
		}
	}
}

// conversations are the bot's golden ones, by the path of the script.
var conversations = sync.OnceValue(func() map[string]string {
	paths, err := filepath.Glob("../testdata/*/*.txt")
	if err != nil || len(paths) == 0 {
		panic(fmt.Errorf("no conversations: %w", err))
	}
	all := make(map[string]string)
	for _, path := range paths {
		script, err := os.ReadFile(path)
		if err != nil {
			panic(err)
		}
		all[path] = string(script)
	}
	return all
})

// goldens are the lines that the conversations show, by language, each once.
var goldens = sync.OnceValue(func() map[string][]string {
	all, met := map[string][]string{}, map[string]bool{}
	for path, script := range conversations() {
		language := strings.TrimPrefix(filepath.Ext(strings.TrimSuffix(path, ".txt")), ".")
		for line := range strings.Lines(script) {
			shown, isShown := strings.CutPrefix(strings.TrimRight(line, "\n"), "| ")
			if isShown && !met[language+shown] {
				met[language+shown] = true
				all[language] = append(all[language], shown)
			}
		}
	}
	return all
})

var (
	buttonRow = regexp.MustCompile(`^(\[[^\]]*\](?:danger|primary|success)?)( \[[^\]]*\](?:danger|primary|success)?)*$`)
	label     = regexp.MustCompile(`\[([^\]]*)\]`)
)

// TestNoButtonIsCutOff finds for each button of the conversations which entry it shows, and
// looks whether the longest that it can say has room beside its neighbours.
func TestNoButtonIsCutOff(t *testing.T) {
	t.Parallel()
	found := 0
	for language, lines := range goldens() {
		say := buttonsOf(language)
		for _, line := range lines {
			if !buttonRow.MatchString(line) {
				continue
			}
			labels := label.FindAllStringSubmatch(line, -1)
			for _, l := range labels {
				longest, known := say.longest(l[1])
				if known {
					found++
				}
				if n := max(units(l[1]), units(longest)); n > columns[len(labels)] {
					t.Errorf("%s: %q (%q) is %d long in the row %s; there is room for %d", language, l[1], longest, n, line, columns[len(labels)])
				}
			}
		}
	}
	if found < 300 {
		t.Errorf("of only %d buttons it is known what they say", found)
	}
}

func TestWhatIsShownFitsItsPlace(t *testing.T) {
	t.Parallel()
	for language, lines := range goldens() {
		for _, line := range lines {
			if toast, is := strings.CutPrefix(line, "(toast) "); is && units(toast) > 200 {
				t.Errorf("%s: the toast %q is %d long", language, toast, units(toast))
			}
			if question, is := strings.CutPrefix(line, "⌨️ "); is && units(question) > 64 {
				t.Errorf("%s: the question %q is %d long", language, question, units(question))
			}
		}
	}
}

// buttons know what the buttons in a language say.
type buttons struct {
	patterns []*regexp.Regexp
	longests []string
}

// buttonsOf puts those first that say most themselves: "🕘 {{.Value}}" could be any.
func buttonsOf(language string) (b buttons) {
	type candidate struct {
		own              int
		pattern, longest string
	}
	var all []candidate
	for id, e := range catalogues()[language] {
		for _, text := range e {
			if strings.HasPrefix(id, "button.") {
				own := placeholder.ReplaceAllString(text, "\x00")
				all = append(all, candidate{
					units(own) - 1000*strings.Count(own, "\x00"),
					"^" + strings.ReplaceAll(regexp.QuoteMeta(own), "\x00", ".+") + "$", render(For(language), id, text),
				})
			}
		}
	}
	slices.SortFunc(all, func(a, b candidate) int { return b.own - a.own })
	for _, c := range all {
		b.patterns, b.longests = append(b.patterns, regexp.MustCompile(c.pattern)), append(b.longests, c.longest)
	}
	return b
}

// longest is the longest that a button with the label can say; known reports whether it is one
// of the catalogue's.
func (b buttons) longest(label string) (longest string, known bool) {
	plain := strings.TrimPrefix(label, mark)
	for i, p := range b.patterns {
		if p.MatchString(plain) {
			return label[:len(label)-len(plain)] + b.longests[i], true
		}
	}
	return label, false
}
