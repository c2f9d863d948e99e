package subscriptions

import (
	"fmt"
	"slices"
)

// MaxLanguages is how many languages of news a chat can have.
const MaxLanguages = 8

// languages holds at index n the language that is stored as the number n: 0 is none, and
// 15 the last that fits. The numbers are stored: a language is added at the end, and
// none is ever removed or moved.
var languages = []string{"", "ky", "ru", "en"}

// Number returns the number under which a language is stored, from 1 to 15; 0 for one
// that preferences can't hold.
func Number(language string) int { return max(0, slices.Index(languages, language)) }

// numberOf returns the number under which the language is stored.
func numberOf(language string) (byte, error) {
	n := slices.Index(languages, language)
	if n < 0 {
		return 0, fmt.Errorf("language %q has no number in package subscriptions", language)
	}
	return byte(n), nil
}

// languageOf returns the language with the number n.
func languageOf(n byte) (string, error) {
	if int(n) >= len(languages) {
		return "", fmt.Errorf("language number %d: %w", n, errNewer)
	}
	return languages[n], nil
}

// Languages returns all that preferences can hold.
func Languages() []string { return slices.Clone(languages[1:]) }
