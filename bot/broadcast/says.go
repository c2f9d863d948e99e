package broadcast

import (
	"slices"
	"strings"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// says reports whether an item says a word or a phrase; nil says nothing.
type says func(phrase string) bool

// follows reports whether an item says a word that a chat follows.
func (s says) follows(p subscriptions.Preferences) bool {
	return s != nil && slices.ContainsFunc(p.Words, s)
}

// says reads a text for those who follow words.
func (e *Engine) says(text string) says {
	if e.options.Says == nil {
		return nil
	}
	return e.options.Says(text)
}

// mostText is how much of an item's text is kept with a plan, in bytes.
const mostText = 64 << 10

// textOf is all that an item says.
func textOf(item feeds.Item) string {
	var text strings.Builder
	text.WriteString(item.Title + "\n" + item.Summary)
	for _, b := range item.Blocks {
		text.WriteString("\n" + b.Text())
	}
	all := text.String()
	return strings.ToValidUTF8(all[:min(len(all), mostText)], "")
}
