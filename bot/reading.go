package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"kabarchy/bot/locale"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

// itemID is the shape of an item's id; what else comes as one is nobody's.
var itemID = regexp.MustCompile(`^[a-z2-7]{16}$`)

// item returns the item, and false for one that is not there, or no longer.
func (b *Bot) item(ctx context.Context, id string) (feeds.Item, bool, error) {
	if !itemID.MatchString(id) {
		return feeds.Item{}, false, nil
	}
	item, err := b.archive.Item(ctx, id)
	if errors.Is(err, feeds.ErrNotFound) || err == nil && item.Withdrawn {
		return feeds.Item{}, false, nil
	}
	return item, err == nil, err
}

// pressItem shows an item as it was announced, in place of one of its pages or of a list.
func (t *talk) pressItem(ctx context.Context, args []string) (reply, error) {
	item, found, err := t.item(ctx, arg(args, 0))
	switch {
	case err != nil:
		return reply{}, err
	case !found:
		return reply{text: t.words.T("toast.no_item", nil)}, nil
	case !t.chat.Private():
		return reply{url: t.link("item-" + item.ID)}, nil
	}
	if arg(args, 1) == asNewMessage {
		t.pressed = nil
	}
	return reply{}, t.showItem(ctx, item, wayBack(args, 1))
}

func (t *talk) showItem(ctx context.Context, item feeds.Item, back string) error {
	p := t.renderer.render(item, nil)
	rows := itemButtons(item, p.cut, back)
	rows = append(rows, editionButtons(item, t.editions(ctx, item), func(e feeds.Item) string { return itemData(e, back) })...)
	return t.show(ctx, screen{p.html, append(rows, t.backButtons(item, back)...)})
}

// pressPage shows one page of an item. In a group it would turn the page for everybody,
// so there it opens the item in the reader's own chat.
func (t *talk) pressPage(ctx context.Context, args []string) (reply, error) {
	item, found, err := t.item(ctx, arg(args, 0))
	number, notNumber := strconv.Atoi(arg(args, 1))
	switch {
	case err != nil:
		return reply{}, err
	case !found:
		return reply{text: t.words.T("toast.no_item", nil)}, nil
	case notNumber != nil:
		return t.stale()
	case !t.chat.Private():
		return reply{url: t.link("item-" + item.ID)}, nil
	}
	return t.read(ctx, item, number, wayBack(args, 2))
}

// read shows a page of the item's article; a number out of range gives the nearest. If the
// article has to be fetched and that takes time, the summary is shown until it is there.
func (t *talk) read(ctx context.Context, item feeds.Item, number int, back string) (reply, error) {
	blocks, reading, err := t.reads.article(ctx, item)
	switch {
	case errors.Is(err, errReadsFull):
		return reply{text: t.words.T("toast.busy", nil)}, nil
	case err != nil:
		return reply{}, err
	case reading == nil:
		return reply{}, t.showPage(ctx, item, blocks, number, back)
	}
	if err := t.showReading(ctx, item, back); err != nil {
		return reply{}, err
	}
	reader := *t
	t.await(ctx, reading, t.chat.ID, func(ctx context.Context, blocks []feeds.Block) error {
		return reader.showPage(ctx, item, blocks, number, back)
	})
	return reply{}, nil
}

// showReading shows the item's summary, and that its text is on the way.
func (t *talk) showReading(ctx context.Context, item feeds.Item, back string) error {
	words := locale.For(item.Language)
	text := pageHead(item)
	if pages := paginate(paragraphsOf(summaryOf(item), words), pageSize); len(pages) > 0 {
		text += "\n\n" + pageHTML(pages[0])
	}
	return t.show(ctx, screen{text + "\n\n" + tagged("i", words.T("line.reading", nil)), t.pageButtons(item, 1, 1, back)})
}

// showPage shows a page of the item's text.
func (t *talk) showPage(ctx context.Context, item feeds.Item, blocks []feeds.Block, number int, back string) error {
	pages := paginate(paragraphsOf(blocks, locale.For(item.Language)), pageSize)
	if len(pages) == 0 {
		return t.showItem(ctx, item, back)
	}
	number = max(1, min(number, len(pages)))
	rows := editionButtons(item, t.editions(ctx, item), func(e feeds.Item) string { return pageData(e, 1, back) })
	picture := pictureOn(pages[number-1])
	if t.preferences.NoPictures { // the line that leads to it costs nothing
		picture = ""
	}
	return t.illustrate(ctx, screen{
		pageHead(item) + "\n\n" + pageHTML(pages[number-1]),
		append(rows, t.pageButtons(item, number, len(pages), back)...),
	}, picture)
}

// pageHead is what stands above each page of an item.
func pageHead(item feeds.Item) string { return tagged("b", cut(oneLine(item.Title), pageTitleLimit)) }

// editions are the item's in other languages. A reader can do without them, so that a
// failure is logged and no more.
func (b *Bot) editions(ctx context.Context, item feeds.Item) map[string]feeds.Item {
	editions, err := b.archive.Editions(ctx, item.ID)
	if err != nil {
		b.log.WarnContext(ctx, "editions can't be had", "item", item.ID, "error", err)
	}
	return editions
}

// editionButtons switch to the item in another language, in place.
func editionButtons(item feeds.Item, editions map[string]feeds.Item, data func(feeds.Item) string) [][]telegram.Button {
	var row []telegram.Button
	for _, language := range locale.Languages() {
		if e, has := editions[language]; has && e.ID != item.ID && itemID.MatchString(e.ID) && !e.Withdrawn {
			row = append(row, telegram.Button{Text: "🌐 " + locale.For(language).Name(), Data: data(e)})
		}
	}
	if row == nil {
		return nil
	}
	return [][]telegram.Button{row}
}

// pageTitleLimit bounds the title above a page, in UTF-16 units.
const pageTitleLimit = 80

// summaryOf is what there is to read of an item whose text can't be had.
func summaryOf(item feeds.Item) (blocks []feeds.Block) {
	for text := range strings.SplitSeq(paragraphs(item.Summary), "\n\n") {
		blocks = append(blocks, feeds.Block{Kind: feeds.Paragraph, Spans: []feeds.Span{{Text: text}}})
	}
	return blocks
}

// itemButtons are those below an announced item, in the item's language. Shortened says that
// the announcement does not hold all of the summary; back is the way back that the pages
// are to remember.
func itemButtons(item feeds.Item, shortened bool, back string) [][]telegram.Button {
	words := locale.For(item.Language)
	var rows [][]telegram.Button
	if more := shortened || webAddress(item.Link); more && itemID.MatchString(item.ID) {
		rows = append(rows, []telegram.Button{{Text: words.T("button.read", nil), Data: pageData(item, 1, back)}})
	}
	if webAddress(item.Link) {
		rows = append(rows, []telegram.Button{
			{Text: words.T("button.read_more", nil), URL: item.Link},
			{Text: words.T("button.share", nil), URL: shareAddress(item)},
		})
	}
	return rows
}

func (t *talk) pageButtons(item feeds.Item, number, count int, back string) [][]telegram.Button {
	words := locale.For(item.Language)
	var rows [][]telegram.Button
	if count > 1 {
		var row []telegram.Button
		if number > 1 {
			row = append(row, telegram.Button{Text: "◀", Data: pageData(item, number-1, back)})
		}
		row = append(row, telegram.Button{Text: fmt.Sprintf("%d / %d", number, count), Data: verbStay})
		if number < count {
			row = append(row, telegram.Button{Text: "▶", Data: pageData(item, number+1, back)})
		}
		rows = append(rows, row)
	}
	last := []telegram.Button{{Text: words.T("button.back", nil), Data: itemData(item, back)}}
	if webAddress(item.Link) {
		last = append(last, telegram.Button{Text: words.T("button.read_more", nil), URL: item.Link})
	}
	return append(rows, last)
}

// backButtons lead from an item to the list it was opened from.
func (t *talk) backButtons(item feeds.Item, back string) [][]telegram.Button {
	button := telegram.Button{Text: locale.For(item.Language).T("button.back", nil)}
	if offset, fromLatest := strings.CutPrefix(back, backToLatest); fromLatest {
		button.Data = data(verbLatest, offset)
	} else if place, fromTopic := strings.CutPrefix(back, backToTopic); fromTopic {
		button.Data = data(verbTopic, strings.ReplaceAll(place, ".", ":"))
	} else if _, _, fromSearch := searchPlace(back); fromSearch {
		button.Data = data(verbFind, back)
	} else {
		return nil
	}
	return [][]telegram.Button{{button}}
}

// backLimit is how long a way back may be, in bytes, beside an item's id and a page.
const backLimit = 36

// wayBack is the n-th part of a press's data as a way back; empty for what is none.
func wayBack(args []string, n int) string {
	back := arg(args, n)
	if len(back) > backLimit || !strings.ContainsAny(back[:min(1, len(back))], backToLatest+backToTopic+backToSearch) {
		return ""
	}
	return back
}

// backToLatest begins the way back to a list of the latest news; its offset follows.
const backToLatest = "l"

func itemData(item feeds.Item, back string) string {
	return strings.TrimSuffix(data(verbItem, item.ID, back), ":")
}

func pageData(item feeds.Item, number int, back string) string {
	return strings.TrimSuffix(data(verbPage, item.ID, strconv.Itoa(number), back), ":")
}
