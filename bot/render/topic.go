package render

import (
	"cmp"

	"kabarchy/bot/locale"
	"kabarchy/subscriptions"
)

// Topic is a subject that a person can choose.
type Topic struct {
	Number subscriptions.Topic
	ID     string            // as items name it
	Name   map[string]string // by language
	Urgent bool              // what is of it goes out before all others
}

// NameIn is the topic's name in the language, or in another where it has none.
func (t Topic) NameIn(language string) string {
	return cmp.Or(locale.Choose(t.Name, language), t.ID)
}
