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

// name is the ministry's name in the language, or in another where it has none.
func (m Ministry) name(language string) string {
	return cmp.Or(locale.Choose(m.Name, language), m.Site)
}
