package render

import (
	"fmt"
	"net/url"

	"kabarchy/bot/locale"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

// shareAddress opens Telegram's choice of chats to share the item's page in.
func shareAddress(item feeds.Item) string {
	return "https://t.me/share/url?" + url.Values{
		"url": {item.Link}, "text": {Cut(OneLine(item.Title), titleLimit)},
	}.Encode()
}

// ItemButtons are those below an announced item, in the item's language. Shortened tells that
// the announcement does not hold all of the summary; back is the way back that the pages
// are to remember.
func ItemButtons(item feeds.Item, shortened bool, back string) [][]telegram.Button {
	words := locale.For(item.Language)
	var rows [][]telegram.Button
	if more := shortened || WebAddress(item.Link); more && IsItemID(item.ID) {
		rows = append(rows, []telegram.Button{{Text: words.T("button.read", nil), Data: PageData(item, 1, back)}})
	}
	if WebAddress(item.Link) {
		rows = append(rows, []telegram.Button{
			{Text: words.T("button.read_more", nil), URL: item.Link},
			{Text: words.T("button.share", nil), URL: shareAddress(item)},
		})
	}
	return rows
}

// PageButtons turn the pages of an item, and lead back.
func PageButtons(item feeds.Item, number, count int, back string) [][]telegram.Button {
	words := locale.For(item.Language)
	var rows [][]telegram.Button
	if count > 1 {
		var row []telegram.Button
		if number > 1 {
			row = append(row, telegram.Button{Text: "◀", Data: PageData(item, turnedTo(number-1), back)})
		}
		row = append(row, telegram.Button{Text: fmt.Sprintf("%d / %d", number, count), Data: VerbStay})
		if number < count {
			row = append(row, telegram.Button{Text: "▶", Data: PageData(item, number+1, back)})
		}
		rows = append(rows, row)
	}
	last := []telegram.Button{{Text: words.T("button.back", nil), Data: ItemData(item, back)}}
	if WebAddress(item.Link) {
		last = append(last, telegram.Button{Text: words.T("button.read_more", nil), URL: item.Link})
	}
	return append(rows, last)
}

// turnedTo is the number by which a page is asked for from another one: the first as 0, which
// is shown as the nearest there is. So a press that begins to read is told from one that turns back.
func turnedTo(number int) int {
	if number == 1 {
		return 0
	}
	return number
}

// EditionButtons switch to the item in another language, in place.
func EditionButtons(item feeds.Item, editions map[string]feeds.Item, data func(feeds.Item) string) [][]telegram.Button {
	var row []telegram.Button
	for _, language := range locale.Languages() {
		if e, has := editions[language]; has && e.ID != item.ID && IsItemID(e.ID) && !e.Withdrawn {
			row = append(row, telegram.Button{Text: "🌐 " + locale.For(language).Name(), Data: data(e)})
		}
	}
	if row == nil {
		return nil
	}
	return [][]telegram.Button{row}
}

// halfRow is what a button shows of its label on half of a cheap phone's screen, in
// UTF-16 units. Telegram cuts off the rest.
const halfRow = 14

// RowsOf lays buttons out in their order, two beside each other where both have room.
func RowsOf(buttons ...telegram.Button) [][]telegram.Button {
	var rows [][]telegram.Button
	room := false
	for _, b := range buttons {
		short := Units(b.Text) <= halfRow
		if last := len(rows) - 1; room && short {
			rows[last], room = append(rows[last], b), false
		} else {
			rows, room = append(rows, []telegram.Button{b}), short
		}
	}
	return rows
}

// WebAddress reports whether Telegram would take the address for a button or a picture.
func WebAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && len(address) <= 2048
}
