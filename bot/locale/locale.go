// Package locale holds every word that a person sees, in Kyrgyz, Russian and English.
//
// The words are data: one catalogue a language, in two files, built into the program. The first part
// of a key names the place its text is for (screen, button, toast, command, profile),
// and the place says how long it may be. The tests guarantee that every catalogue holds
// the same entries with the same placeholders, has the plural forms its language needs,
// keeps to the length of each place, and that the program uses every entry.
package locale

import (
	"cmp"
	"embed"
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
)

// Default is the language of those whose own is unknown or not spoken here: most
// people in Kyrgyzstan read it.
const Default = "ru"

//go:embed catalogue/*.yaml
var files embed.FS

// parts are what a catalogue is made of: what citizens see, what the press office does, its
// reports, groups, the press office's pages, and what is paid for.
var parts = []string{"", "desk.", "report.", "groups.", "web.", "paid."}

// order is that of the language buttons.
var order = []string{"ky", "ru", "en"}

// locales are loaded when the first word is asked for: not every command says one.
var locales = sync.OnceValue(load)

// strict refuses a text whose data lacks a placeholder, instead of printing "<no value>".
var strict = &template.TextParser{Option: "missingkey=error"}

// Locale speaks one language. The zero value is not usable: get one from For.
type Locale struct {
	language string
	words    *i18n.Localizer
	months   []string
	group    string
}

// Languages are the languages spoken, as BCP 47 tags, in the order of their buttons.
func Languages() []string { return slices.Clone(order) }

// Spoken reports whether there is a catalogue for the language.
func Spoken(language string) bool {
	return slices.Contains(order, language)
}

// Choose returns the one of the texts by language that is in the language, or else the one
// in the default language, or any; empty where there is none.
func Choose(texts map[string]string, language string) string {
	text := cmp.Or(texts[language], texts[Default])
	for _, other := range order {
		text = cmp.Or(text, texts[other])
	}
	return text
}

// For returns the locale for a language: a BCP 47 tag, its region ignored. An unknown
// or empty one gives the default.
func For(language string) Locale {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	if l, ok := locales()[base]; ok {
		return l
	}
	return locales()[Default]
}

// Language is the locale's BCP 47 tag.
func (l Locale) Language() string { return l.language }

// Name is what the language calls itself.
func (l Locale) Name() string { return l.T("language.name", nil) }

// T returns the entry with its placeholders filled from data, as they are: for buttons,
// toasts and whatever else is not HTML.
func (l Locale) T(id string, data map[string]any) string {
	return l.text(&i18n.LocalizeConfig{MessageID: id, TemplateData: data})
}

// HTML returns the entry for a screen: the text that data holds is escaped.
func (l Locale) HTML(id string, data map[string]any) string {
	return l.T(id, escape(data))
}

// N returns the form of the entry that goes with count, which the entry may print as
// {{.Count}}; the rest of its placeholders are filled from data.
func (l Locale) N(id string, count int, data map[string]any) string {
	all := map[string]any{"Count": l.Number(count)}
	for k, v := range data {
		all[k] = v
	}
	return l.text(&i18n.LocalizeConfig{MessageID: id, TemplateData: all, PluralCount: count})
}

// Date writes the day of t, in t's own zone, as the language does in running text.
func (l Locale) Date(t time.Time) string {
	return l.T("date.day", map[string]any{
		"Day": t.Day(), "Month": l.months[t.Month()-1], "Year": t.Year(),
	})
}

// Day writes the day of t as Date does, without the year.
func (l Locale) Day(t time.Time) string {
	return l.T("date.day_month", map[string]any{"Day": t.Day(), "Month": l.months[t.Month()-1]})
}

// Month writes the month of t, in t's own zone, as a title.
func (l Locale) Month(t time.Time) string {
	return l.T("date.month", map[string]any{"Month": strings.Fields(l.T("date.month_names", nil))[t.Month()-1], "Year": t.Year()})
}

// Number writes a whole number with its thousands grouped.
func (l Locale) Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + l.group + digits[i:]
	}
	return sign + digits
}

func escape(data map[string]any) map[string]any {
	escaped := make(map[string]any, len(data))
	for key, value := range data {
		if s, ok := value.(string); ok {
			value = html.EscapeString(s)
		}
		escaped[key] = value
	}
	return escaped
}

// text never fails for a reader: the default language stands in for what a catalogue
// lacks and the key for what they all lack. The tests see to it that neither happens.
func (l Locale) text(c *i18n.LocalizeConfig) string {
	c.TemplateParser = strict
	text, _ := l.words.Localize(c)
	return cmp.Or(text, c.MessageID)
}

// load reads the catalogues, and panics when one is broken: it is part of the program.
func load() map[string]Locale {
	bundle := i18n.NewBundle(language.MustParse(Default))
	bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	for _, tag := range order {
		for _, part := range parts {
			if _, err := bundle.LoadMessageFileFS(files, "catalogue/"+part+tag+".yaml"); err != nil {
				panic(fmt.Errorf("locale: catalogue %s%s: %w", part, tag, err))
			}
		}
	}
	all := make(map[string]Locale, len(order))
	for _, tag := range order {
		l := Locale{language: tag, words: i18n.NewLocalizer(bundle, tag)}
		l.months = strings.Fields(l.T("date.months", nil))
		l.group = l.T("number.group", nil)
		all[tag] = l
	}
	return all
}
