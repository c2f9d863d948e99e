package bot

import (
	"slices"

	"kabarchy/subscriptions"
)

// ownLanguages are those of the person's news.
func (v view) ownLanguages() []string {
	if len(v.preferences.Languages) == 0 {
		return []string{v.words.Language()}
	}
	return v.preferences.Languages
}

// without leaves some out of a list.
func without[T comparable](all []T, some ...T) []T {
	return slices.DeleteFunc(slices.Clone(all), func(one T) bool { return slices.Contains(some, one) })
}

// readIn makes the language the chat's own and the main one of its news. One that was
// the main one before makes way; others that were added to it stay.
func readIn(language string) func(*subscriptions.Preferences) {
	return func(p *subscriptions.Preferences) {
		p.Interface = language
		added := p.Languages[min(1, len(p.Languages)):]
		p.Languages = append([]string{language}, without(added, language)...)
	}
}
