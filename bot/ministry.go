package bot

import (
	"cmp"

	"kabarchy/bot/locale"
)

// Ministry is whose news it is.
type Ministry struct {
	Name map[string]string // by language
	Site string            // its address on the web

	Contacts Contacts
}

// Contacts say where people turn to with what is no news. What is empty is not shown.
type Contacts struct {
	Phones  []string          // the hotline first
	Hours   map[string]string // by language
	Email   string
	Address map[string]string // by language
	Site    string            // where to write; the ministry's if empty
}

// name is the ministry's name in the language, or in another where it has none.
func (m Ministry) name(language string) string {
	return cmp.Or(locale.Choose(m.Name, language), m.Site)
}
