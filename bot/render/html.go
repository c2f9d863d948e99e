package render

import (
	"html"
	"strings"
	"time"

	"kabarchy/bot/locale"
	"kabarchy/feeds"
)

// Tagged is a text in a tag of Telegram's HTML; empty for an empty one.
func Tagged(tag, text string) string {
	if text == "" {
		return ""
	}
	return "<" + tag + ">" + html.EscapeString(text) + "</" + tag + ">"
}

// JoinFilled joins what is not empty.
func JoinFilled(separator string, parts ...string) string {
	filled := parts[:0]
	for _, p := range parts {
		if p != "" {
			filled = append(filled, p)
		}
	}
	return strings.Join(filled, separator)
}

// Escaped is a text from outside in one line, shortened, for a screen.
func Escaped(text string, limit int) string { return html.EscapeString(Cut(OneLine(text), limit)) }

// WithoutTags is the text of HTML that this package has written.
func WithoutTags(source string) string {
	var text strings.Builder
	for {
		before, rest, found := strings.Cut(source, "<")
		text.WriteString(before)
		if !found {
			return html.UnescapeString(text.String())
		}
		_, source, _ = strings.Cut(rest, ">")
	}
}

// Headline is an item in a list: its title and its date.
func Headline(item feeds.Item, zone *time.Location) string {
	date := locale.For(item.Language).Date(item.Published.In(zone))
	return JoinFilled("\n", Tagged("b", Cut(OneLine(item.Title), HeadlineLimit)), Tagged("i", date))
}

// HeadlineLimit bounds a title in a list, in UTF-16 units.
const HeadlineLimit = 140
