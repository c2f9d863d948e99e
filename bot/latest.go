package bot

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

const (
	latestCount = 5      // how many items fit a phone's screen
	latestDepth = 20_000 // how far back one can leaf: all that the archive lists
)

func (t *conversation) onLatest(ctx context.Context, args []string) (reply, error) {
	offset, err := strconv.Atoi(render.Arg(args, 0))
	if err != nil || offset < 0 || offset > latestDepth {
		return t.stale()
	}
	return reply{}, t.latest(ctx, offset)
}

// latest lists the newest items in the person's main language, from the offset on.
func (t *conversation) latest(ctx context.Context, offset int) error {
	items, err := t.bot.archive.Latest(ctx, t.newsLanguage(), offset, latestCount+1)
	if err != nil {
		return err
	}
	more := len(items) > latestCount && offset+latestCount <= latestDepth
	items = items[:min(len(items), latestCount)]
	if len(items) == 0 {
		return t.show(ctx, screen{t.words.T("screen.latest_empty", nil), t.menu()})
	}
	text, row := t.list(t.words.T("screen.latest", nil), items, render.BackToLatest+strconv.Itoa(offset))
	rows := append([][]telegram.Button{row}, t.leafButtons(offset, more)...)
	rows = append(rows, []telegram.Button{{Text: t.words.T("button.browse", nil), Data: render.Data(render.VerbShow, "browse")}})
	return t.show(ctx, screen{text, append(rows, t.menu()[1:]...)})
}

// list writes items below one another, with a number for each and a button that opens it.
func (v view) list(title string, items []feeds.Item, back string) (text string, row []telegram.Button) {
	texts := []string{title}
	for i, item := range items {
		texts = append(texts, fmt.Sprintf("%d. %s", i+1, render.Headline(item, v.zone)))
		row = append(row, telegram.Button{Text: strconv.Itoa(i + 1), Data: render.ItemData(item, back)})
	}
	return strings.Join(texts, "\n\n"), row
}

// leafButtons lead to newer and older items.
func (v view) leafButtons(offset int, more bool) [][]telegram.Button {
	var row []telegram.Button
	if offset > 0 {
		row = append(row, telegram.Button{Text: v.words.T("button.newer", nil), Data: render.Data(render.VerbLatest, strconv.Itoa(max(0, offset-latestCount)))})
	}
	if more {
		row = append(row, telegram.Button{Text: v.words.T("button.older", nil), Data: render.Data(render.VerbLatest, strconv.Itoa(offset+latestCount))})
	}
	if row == nil {
		return nil
	}
	return [][]telegram.Button{row}
}
