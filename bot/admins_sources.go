package bot

import (
	"context"
	"html"
	"net/url"
	"regexp"
	"strings"

	"kabarchy/bot/locale"
	"kabarchy/feeds"
)

// sourceNotices are what there is to tell of the sources.
func (b *Bot) sourceNotices() (notices []notice) {
	for _, h := range b.admins.Desk.Health() {
		n := notice{about: "source:" + h.Source}
		// After a restart it is not known at once that a source is well.
		if h.Condition != feeds.Well || !h.LastSuccess.IsZero() {
			n.screen = func(_ context.Context, words locale.Locale) (screen, error) { return b.condition(words, h), nil }
		}
		if h.Condition != feeds.Well {
			n.state = string(h.Condition)
		}
		notices = append(notices, n)
	}
	return notices
}

// conditions are the screens that say how a source is, and the signs of the same.
var conditions = map[feeds.Condition]struct{ screen, sign string }{
	feeds.Well:    {"screen.source_well", "🟢"},
	feeds.Failing: {"screen.source_failing", "⚠️"},
	feeds.Silent:  {"screen.source_silent", "🔇"},
	feeds.Gone:    {"screen.source_gone", "⛔️"},
}

func (b *Bot) condition(words locale.Locale, h feeds.Health) screen {
	text := words.HTML(conditions[h.Condition].screen, map[string]any{
		"Source": h.Source, "Since": b.moment(words, h.Since),
	})
	if h.Condition == feeds.Well {
		return screen{text: text}
	}
	return screen{text: joinFilled("\n", text, tagged("i", complaint(h)))}
}

// complaintLimit is a few lines on a small phone.
const complaintLimit = 200

var address = regexp.MustCompile(`https?://[^\s"'<>]+`)

// complaint is what the last poll failed with, in one line. The text comes from outside,
// and an address may hold a key or a password: of addresses only host and path stay.
func complaint(h feeds.Health) string {
	text := address.ReplaceAllStringFunc(h.LastError, func(found string) string {
		u, err := url.Parse(found)
		if err != nil {
			return "…"
		}
		return u.Scheme + "://" + u.Host + u.EscapedPath()
	})
	text = strings.TrimPrefix(oneLine(text), "feeds: source "+h.Source+": ")
	return cut(text, complaintLimit)
}

// escaped is a text from outside in one line, shortened, for a screen.
func escaped(text string, limit int) string { return html.EscapeString(cut(oneLine(text), limit)) }
