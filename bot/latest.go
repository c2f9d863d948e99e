package bot

import (
	"context"
	"fmt"
	"html"
	"strings"

	"kabarchy/bot/locale"
	"kabarchy/feeds"
)

// latestCount is how many items fit a phone's screen.
const latestCount = 5

// latest lists the newest items in the person's main language.
func (t *talk) latest(ctx context.Context) error {
	language := t.words.Language()
	if len(t.preferences.Languages) > 0 {
		language = t.preferences.Languages[0]
	}
	items, err := t.archive.Latest(ctx, language, 0, latestCount)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return t.show(ctx, screen{t.words.T("screen.latest_empty", nil), t.menu()})
	}
	texts := []string{t.words.T("screen.latest", nil)}
	for _, item := range items {
		texts = append(texts, t.line(item))
	}
	return t.show(ctx, screen{strings.Join(texts, "\n\n"), t.menu()})
}

// line is an item in a list: its title, which opens the page, and its date.
func (t *talk) line(item feeds.Item) string {
	title := html.EscapeString(cut(oneLine(item.Title), titleLimit))
	if webAddress(item.Link) {
		title = fmt.Sprintf(`<a href="%s">%s</a>`, html.EscapeString(item.Link), title)
	}
	date := locale.For(item.Language).Date(item.Published.In(t.zone))
	return title + "\n" + tagged("i", date)
}
