package render

import (
	"strings"

	"kabarchy/bot/locale"
	"kabarchy/feeds"
)

// pictureLine says in words what an item's picture shows, for who can't see it: Telegram has
// no other place for that. It is empty where there is no room for it, and where the title or
// the text say it already.
func pictureLine(item feeds.Item, room int) string {
	says := OneLine(item.PictureSays)
	if says == "" || within(says, item.Title) || within(item.Title, says) || within(says, item.Summary) {
		return ""
	}
	line := locale.For(item.Language).T("line.picture_says", map[string]any{"Value": says})
	if Units(line) > room {
		return ""
	}
	return line
}

// within reports whether a text says the words, whatever its case and its marks.
func within(words, text string) bool {
	bare := func(s string) string {
		return strings.ToLower(strings.Trim(OneLine(s), " .!?…«»\"“”"))
	}
	return strings.Contains(bare(text), bare(words))
}
