package bot

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

const (
	latestCount = 5      // how many items fit a phone's screen
	latestDepth = 20_000 // how far back one can leaf: all that the archive lists
)

// part is a part of the news that is leafed through.
type part struct {
	list  feeds.List
	title string // in Telegram's HTML
	// A button that leads to it has this data: the verb, the key where there is one, the offset,
	// and the language where it is not the main one. The way back from an item has the same.
	verb, key, language, back string
	below                     [][]telegram.Button // the rows below the list
	none                      screen              // shown where nothing is in it, or no longer
}

// args are what follows the verb of a button that leads to an offset in the part.
func (p part) args(offset int) []string {
	args := []string{p.key, strconv.Itoa(offset), p.language}
	return slices.DeleteFunc(args, func(arg string) bool { return arg == "" })
}

func (p part) data(offset int) string {
	return render.Data(append([]string{p.verb}, p.args(offset)...)...)
}

func (t *conversation) onLatest(ctx context.Context, args []string) (reply, error) {
	offset, ok := number(args, 0, latestDepth)
	if !ok {
		return t.stale()
	}
	return reply{}, t.latest(ctx, offset)
}

// latest lists the newest items in the person's main language, from the offset on.
func (t *conversation) latest(ctx context.Context, offset int) error {
	language, err := t.mainLanguage(ctx)
	if err != nil {
		return err
	}
	browse := telegram.Button{Text: t.words.T("button.browse", nil), Data: render.Data(render.VerbShow, "browse")}
	return t.leaf(ctx, part{
		list: feeds.List{Language: language}, title: t.words.T("screen.latest", nil),
		verb: render.VerbLatest, back: render.BackToLatest,
		below: append([][]telegram.Button{{browse}}, t.menu()[1:]...),
		none:  t.noNews(),
	}, offset)
}

// noNews is for a language in which nothing has come yet.
func (v view) noNews() screen { return screen{v.words.T("screen.latest_empty", nil), v.menu()} }

// mainLanguage is the first language of the person's news in which there are any; where there
// are none, the first.
func (t *conversation) mainLanguage(ctx context.Context) (string, error) {
	own := t.ownLanguages()
	if len(own) == 1 {
		return own[0], nil
	}
	counts, err := t.bot.archive.Counts(ctx, inLanguages(own))
	if err != nil {
		return "", err
	}
	return own[max(0, slices.IndexFunc(counts, func(n int) bool { return n > 0 }))], nil
}

// inLanguages are the lists of all news in some languages.
func inLanguages(languages []string) (lists []feeds.List) {
	for _, language := range languages {
		lists = append(lists, feeds.List{Language: language})
	}
	return lists
}

// leaf shows what is in a part from the offset on; where that has become too far, from the
// first item on.
func (t *conversation) leaf(ctx context.Context, p part, offset int) error {
	items, err := t.bot.archive.Listed(ctx, p.list, offset, latestCount+1)
	switch {
	case err != nil:
		return err
	case len(items) == 0 && offset > 0:
		return t.leaf(ctx, p, 0)
	case len(items) == 0:
		return t.show(ctx, p.none)
	}
	more := len(items) > latestCount && offset+latestCount <= latestDepth
	texts := []string{p.title}
	var numbers []telegram.Button
	for i, item := range items[:min(len(items), latestCount)] {
		texts = append(texts, fmt.Sprintf("%d. %s", i+1, render.Headline(item, t.zone)))
		back := p.back + strings.Join(p.args(offset), ".")
		numbers = append(numbers, telegram.Button{Text: strconv.Itoa(i + 1), Data: render.ItemData(item, back)})
	}
	newer, older := "", ""
	if offset > 0 {
		newer = p.data(max(0, offset-latestCount))
	}
	if more {
		older = p.data(offset + latestCount)
	}
	rows := append([][]telegram.Button{numbers}, t.leafButtons(newer, older)...)
	return t.show(ctx, screen{strings.Join(texts, "\n\n"), append(rows, p.below...)})
}

// leafButtons lead to what is newer and older; data is empty where there is nothing.
func (v view) leafButtons(newer, older string) [][]telegram.Button {
	var row []telegram.Button
	if newer != "" {
		row = append(row, telegram.Button{Text: v.words.T("button.newer", nil), Data: newer})
	}
	if older != "" {
		row = append(row, telegram.Button{Text: v.words.T("button.older", nil), Data: older})
	}
	if row == nil {
		return nil
	}
	return [][]telegram.Button{row}
}

// withCount is a button's label with how many items it leads to: the name, or as much of it as
// there is room for.
func (v view) withCount(name string, count int) string {
	label := func(name string) string {
		return v.words.T("button.counted", map[string]any{"Name": name, "Count": v.words.Number(count)})
	}
	return label(inButton(name, label("")))
}

// languageOf is the language of the news that a button names, or the main one where it names
// none. The buttons of its screen name the tag, which is empty for the main one.
func (t *conversation) languageOf(ctx context.Context, named string) (language, tag string, err error) {
	if locale.Spoken(named) {
		return named, named, nil
	}
	language, err = t.mainLanguage(ctx)
	return language, "", err
}
