package bot

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
	"kabarchy/feeds/article"
)

// onItem shows an item as it was announced, in place of one of its pages or of a list.
func (t *conversation) onItem(ctx context.Context, args []string) (reply, error) {
	item, found, err := t.bot.item(ctx, render.Arg(args, 0))
	switch {
	case err != nil:
		return reply{}, err
	case !found:
		return reply{text: t.words.T("toast.no_item", nil)}, nil
	case !t.chat.Private():
		return reply{url: t.bot.link(render.LinkItem + item.ID)}, nil
	}
	back := t.wayBack(item, args, 1)
	if render.Arg(args, 1) == render.AsNewMessage {
		t.pressed = nil
	}
	return reply{}, t.showItem(ctx, item, back)
}

// wayBack is the n-th part of a callback's data as a way back. It is marked where the button
// stood in a message that was last changed before the item was corrected: what was read there
// said something else. See render.Renderer.Mark.
func (t *conversation) wayBack(item feeds.Item, args []string, n int) string {
	back := render.WayBack(args, n)
	if shown := max(t.pressed.Date, t.pressed.Edited); shown < item.Changed.Unix() {
		return render.WithMark(back)
	}
	return back
}

func (t *conversation) showItem(ctx context.Context, item feeds.Item, back string) error {
	p := t.bot.renderer.Variant(item, nil, t.variant(item, back))
	rows := append(render.ItemButtons(item, p.Shortened, back), t.whatsApp(item)...)
	rows = append(rows, render.EditionButtons(item, t.bot.editions(ctx, item), func(e feeds.Item) string { return render.ItemData(e, back) })...)
	return t.show(ctx, screen{p.HTML, append(rows, t.backButtons(item, back)...)})
}

// variant is how the person sees the item, in a message with that way back.
func (v view) variant(item feeds.Item, back string) render.Variant {
	variant := render.Variant{Corrected: render.Marked(back)}
	variant.Missing, _ = item.For(v.preferences.Languages)
	return variant
}

// onPage shows one page of an item. In a group it would turn the page for everybody,
// so there it opens the item in the reader's own chat.
func (t *conversation) onPage(ctx context.Context, args []string) (reply, error) {
	item, found, err := t.bot.item(ctx, render.Arg(args, 0))
	number, notNumber := strconv.Atoi(render.Arg(args, 1))
	switch {
	case err != nil:
		return reply{}, err
	case !found:
		return reply{text: t.words.T("toast.no_item", nil)}, nil
	case notNumber != nil:
		return t.stale()
	}
	if !t.chat.Private() {
		return reply{url: t.bot.link(render.LinkRead + item.ID)}, nil // which counts there
	}
	t.bot.taps.read(t.press)
	return t.read(ctx, item, number, t.wayBack(item, args, 2))
}

// read shows a page of the item's article; a number out of range gives the nearest. If the
// article has to be fetched and that takes time, the summary is shown until it is there.
func (t *conversation) read(ctx context.Context, item feeds.Item, number int, back string) (reply, error) {
	blocks, reading, err := t.bot.reads.article(ctx, item)
	switch {
	case errors.Is(err, errReadsFull):
		return reply{text: t.words.T("toast.busy", nil)}, nil
	case err != nil:
		return reply{}, err
	case reading == nil:
		return t.showPage(ctx, item, blocks, number, back)
	}
	if err := t.showReading(ctx, item, back); err != nil {
		return reply{}, err
	}
	reader := *t
	t.bot.reads.await(ctx, reading, t.chat.ID, func(ctx context.Context, blocks []article.Block) error {
		_, err := reader.showPage(ctx, item, blocks, number, back)
		return err
	})
	return reply{}, nil
}

// showReading shows the item's summary, and that its text is on the way.
func (t *conversation) showReading(ctx context.Context, item feeds.Item, back string) error {
	text := t.bot.renderer.PageHead(item, back)
	if pages := render.Pages(render.Summary(item), item.Language); len(pages) > 0 {
		text += "\n\n" + t.bot.renderer.Timed(item, pages[0].HTML())
	}
	wait := render.Tagged("i", locale.For(item.Language).T("line.reading", nil))
	return t.show(ctx, screen{render.Fold(text, wait), render.PageButtons(item, 1, 1, back)})
}

// showPage shows a page of what the item's message does not show of its text. If that is
// nothing, it says so, below the message.
func (t *conversation) showPage(ctx context.Context, item feeds.Item, blocks []article.Block, number int, back string) (reply, error) {
	pages := t.bot.renderer.Rest(item, t.variant(item, back), blocks)
	if len(pages) == 0 {
		return reply{text: locale.For(item.Language).T("toast.no_more", nil)}, t.showItem(ctx, item, back)
	}
	number = max(1, min(number, len(pages)))
	rows := render.EditionButtons(item, t.bot.editions(ctx, item), func(e feeds.Item) string { return render.PageData(e, 0, back) })
	rows = append(rows, t.whatsApp(item)...)
	picture := pages[number-1].Picture()
	if t.preferences.NoPictures { // the line that leads to it costs nothing
		picture = ""
	}
	return reply{}, t.illustrate(ctx, screen{
		t.bot.renderer.PageHead(item, back) + "\n\n" + t.bot.renderer.Timed(item, pages[number-1].HTML()),
		append(rows, render.PageButtons(item, number, len(pages), back)...),
	}, picture)
}

// whatsApp hands an item on to those who have no Telegram.
func (t *conversation) whatsApp(item feeds.Item) [][]telegram.Button {
	return render.WhatsAppButtons(item, t.bot.link(render.LinkItem+item.ID))
}

// editions are the item's in other languages. A reader can do without them, so that a
// failure is logged and no more.
func (b *Bot) editions(ctx context.Context, item feeds.Item) map[string]feeds.Item {
	editions, err := b.archive.Editions(ctx, item.ID)
	if err != nil {
		b.log.WarnContext(ctx, "editions can't be had", "item", item.ID, "error", err)
	}
	return editions
}

// backButtons lead from an item to the list it was opened from.
func (v view) backButtons(item feeds.Item, back string) [][]telegram.Button {
	back = strings.TrimPrefix(back, render.BackMarked)
	button := telegram.Button{Text: locale.For(item.Language).T("button.back", nil)}
	if _, _, fromSearch := searchPlace(back); fromSearch {
		button.Data = render.Data(render.VerbFind, back)
	}
	for prefix, verb := range map[string]string{
		render.BackToLatest: render.VerbLatest, render.BackToTopic: render.VerbTopic, render.BackToMonth: render.VerbMonth,
	} {
		if place, is := strings.CutPrefix(back, prefix); is {
			button.Data = render.Data(verb, strings.ReplaceAll(place, ".", ":"))
		}
	}
	if button.Data == "" {
		return nil
	}
	return [][]telegram.Button{{button}}
}
