package render

import (
	"time"

	"kabarchy/bot/locale"
	"kabarchy/feeds"
)

// Mark says when the item was corrected, in its language and the renderer's zone: with the
// day where that is not the one printed above it. It is empty for what was never corrected.
//
// The mark belongs to a message that showed the item otherwise before, and to whatever is
// opened from such a message: its reader has to know that what was read there has changed.
// Who gets the item only after the correction (subscribed late, was retried, waited for
// morning) never saw the other text, and a mark would only raise the question what it said.
// Telegram itself marks no message of a bot's as edited.
func (r Renderer) Mark(item feeds.Item) string {
	if item.Changed.IsZero() {
		return ""
	}
	words := locale.For(item.Language)
	at, printed := item.Changed.In(r.Zone), item.Published.In(r.Zone)
	data := map[string]any{"Time": at.Format("15:04"), "Day": words.Day(at)}
	switch {
	case sameDay(at, printed):
		return words.T("line.corrected", data)
	case at.Year() != printed.Year():
		data["Day"] = words.Date(at)
	}
	return words.T("line.corrected_day", data)
}

func sameDay(a, b time.Time) bool { return a.Format(time.DateOnly) == b.Format(time.DateOnly) }
