package locale

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// rule says what a text has not, in all languages or in those that are named.
type rule struct {
	name      string
	languages string
	broken    *regexp.Regexp
}

// rules hold for all that people see.
var rules = []rule{
	{"what a template left over", "", regexp.MustCompile(`\{\{|\}\}|<no value>|%!`)},
	{"a doubled space", "", regexp.MustCompile(`[\s\x{a0}][ \x{a0}]|[ \x{a0}]\n`)},
	{"a space before a sign", "", regexp.MustCompile(`\S [,.;:!?](?:\s|$)`)},
	{"three points for an ellipsis", "", regexp.MustCompile(`\.\.`)},
	{"a hyphen for a dash", "", regexp.MustCompile(`(?:^|\s)-(?:\s|$)`)},
	{"Latin letters in a Cyrillic word, or the reverse", "", regexp.MustCompile(`\p{Cyrillic}\p{Latin}|\p{Latin}\p{Cyrillic}`)},
	{"thousands that a line's end can part", "ky ru", regexp.MustCompile(`\d \d{3}`)},
	{"a number that a line's end can part from its unit", "ky ru en", regexp.MustCompile(`\d (?:мин|сек|чел|min)(?:[^\p{L}]|$)`)},
	{"a percentage as others write it", "ky en", regexp.MustCompile(`\d\s%`)},
	{"a percentage as others write it", "ru", regexp.MustCompile(`\d[^\x{a0}]?%`)},
	{"words for a child or a friend", "ky", word(`сен|сени|сенин|сага|сенден`)},
	{"words for a child or a friend", "ru", word(`ты|тебя|тебе|тобой|твой|твоя|твоё|твои|выбери|нажми|напиши|отправь|подожди|попробуй|проверь|укажи`)},
	{"«Вы» as in a letter to one person", "ru", regexp.MustCompile(`[\p{L},;:—] (?:Вы|Вас|Вам|Вами|Ваш\p{L}*)(?:[^\p{L}]|$)`)},
	{"е for ё", "ru", word(`еще|ее|идет|придет|придут ее|найдется|прочтет|прочтете|отчет|начнется|остается|мое|твое|свое`)},
	{"the name of Telegram in two ways", "", regexp.MustCompile(`(?i)телеграм`)},
}

// letters hold for what is written in one language throughout.
var letters = []rule{
	{"a letter of another alphabet", "ky", regexp.MustCompile(`\p{Latin}|[^\P{Cyrillic}а-яёңөүА-ЯЁҢӨҮ]`)},
	{"a letter of another alphabet", "ru", regexp.MustCompile(`\p{Latin}|[^\P{Cyrillic}а-яёА-ЯЁ]`)},
	{"a letter of another alphabet", "en", regexp.MustCompile(`\p{Cyrillic}`)},
	{"an ending on a foreign word", "ky ru", regexp.MustCompile(`§\p{Cyrillic}`)},
	{"quotation marks other than «»", "ky ru", regexp.MustCompile(`["'“”„‘’]`)},
	{"quotation marks other than “”", "en", regexp.MustCompile(`["«»„‘’]`)},
}

// word matches one of some words.
func word(words string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:` + words + `)(?:[^\p{L}]|$)`)
}

// quoted is what somebody else said, or is called.
var quoted = regexp.MustCompile(`«[^»]*»|“[^”]*”`)

var (
	sentenceEnd = regexp.MustCompile(`[.!?…][»”")]*\s+|\n| · `)
	colon       = regexp.MustCompile(`:(?:\s|$)`)
)

// broken names the rules that a text breaks.
func broken(s said, rules ...rule) (names []string) {
	for _, r := range rules {
		if (r.languages == "" || strings.Contains(r.languages, s.language)) && r.broken.MatchString(s.text) {
			names = append(names, r.name)
		}
	}
	for _, sentence := range sentenceEnd.Split(quoted.ReplaceAllString(s.text, "«»"), -1) {
		if len(colon.FindAllString(sentence, -1)) > 1 {
			names = append(names, "two colons in a sentence")
		}
	}
	return names
}

// foreign is what may stand in any language: the names of the languages and of services,
// commands, addresses, numbers of phones, the page's values, what longest has for a name.
var foreign = regexp.MustCompile(`\{\w+\}|Кыргызча|Русский|English|Telegram|SMS|/desk poster osh-bus|https?://[^\s>]+|/[a-z]+(?:@\w+)?|\+\d[\d -]+\d|osh-bus|` +
	`setMyShortDescription`)

// people are the owners of the page's phones, who are called so in all languages.
var people = regexp.MustCompile(`Айгүл|Бакыт|Сергей`)

func TestTheCataloguesKeepTheRules(t *testing.T) {
	t.Parallel()
	for _, s := range rendered() {
		if s.where == "number.group" {
			continue
		}
		s.text = foreign.ReplaceAllString(s.text, "§")
		for _, name := range broken(s, append(letters, rules...)...) {
			t.Errorf("%s: %s has %s: %q", s.language, s.where, name, s.text)
		}
	}
}

// TestTheConversationsKeepTheRules: also what is put together of several texts does. The news
// in them is made up, and its letters are not looked at.
func TestTheConversationsKeepTheRules(t *testing.T) {
	t.Parallel()
	for language, lines := range goldens() {
		for _, line := range lines {
			for _, name := range broken(said{language: language, text: foreign.ReplaceAllString(line, "§")}, rules...) {
				t.Errorf("%s: %q has %s", language, line, name)
			}
		}
	}
}

// TestTheDemosWordsKeepTheRules looks at the words of the demo's page and at its news.
func TestTheDemosWordsKeepTheRules(t *testing.T) {
	t.Parallel()
	var all []said
	for _, language := range Languages() {
		data, err := os.ReadFile("../simulator/page/words/" + language + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]any
		if err := json.Unmarshal(data, &words); err != nil {
			t.Fatal(err)
		}
		all = append(all, textsIn(language, "page", words)...)
	}
	paths, err := filepath.Glob("../../cmd/kabarchy/sample/items/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no news: %v", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var item struct {
			Editions map[string]map[string]any
		}
		if err := yaml.Unmarshal(data, &item); err != nil {
			t.Fatal(err)
		}
		for language, edition := range item.Editions {
			all = append(all, textsIn(language, filepath.Base(path), edition)...)
		}
	}
	for _, s := range all {
		s.text = foreign.ReplaceAllString(people.ReplaceAllString(s.text, "¤"), "§")
		for _, name := range broken(s, append(letters, rules...)...) {
			t.Errorf("%s: %s has %s: %q", s.language, s.where, name, s.text)
		}
	}
}

// textsIn are all texts below some keys.
func textsIn(language, where string, keys map[string]any) (all []said) {
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		switch v := keys[key].(type) {
		case string:
			all = append(all, said{language, where + "." + key, v})
		case map[string]any:
			all = append(all, textsIn(language, where+"."+key, v)...)
		}
	}
	return all
}
