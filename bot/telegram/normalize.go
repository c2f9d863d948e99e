package telegram

import (
	"regexp"
	"strings"
)

// What differs between two chats that are refused for the same reason: addresses, what
// is quoted, and numbers.
var (
	quotedParts = regexp.MustCompile(`"[^"]*"|“[^”]*”|«[^»]*»|(^|\s)'[^']*'`)
	addresses   = regexp.MustCompile(`\b[a-z][a-z0-9+.-]*://\S*|(^|\s)@\w+`)
	numbers     = regexp.MustCompile(`-?[0-9]+`)
)

// Normalized is Telegram's words without what differs from chat to chat, in lower case and
// without the name of the HTTP status before them.
func Normalized(description string) string {
	words := strings.ToLower(description)
	for _, status := range []string{"bad request: ", "forbidden: ", "conflict: ", "too many requests: ", "internal server error: ", "not found: "} {
		words = strings.TrimPrefix(words, status)
	}
	words = quotedParts.ReplaceAllString(words, "$1…")
	words = addresses.ReplaceAllString(words, "$1…")
	words = numbers.ReplaceAllString(words, "#")
	return strings.Join(strings.Fields(words), " ")
}
