package render

import "kabarchy/bot/telegram"

// What the link that opens a private chat with the bot carries there begins so; an item's id
// follows.
const (
	LinkItem = "item-" // show the item as it was announced
	LinkRead = "read-" // show its whole text
)

// Link is the address that opens the private chat with the bot and sends it the payload: at
// most 64 of A-Z, a-z, 0-9, _ and -.
func Link(bot, payload string) string { return "https://t.me/" + bot + "?start=" + payload }

// Linked has buttons that open an item or its text lead into the private chat with the bot,
// for a message that many see: each opens it for themselves, and the bot hears of no press
// that it would have to answer. Without the bot's name the buttons stay as they are.
func Linked(rows [][]telegram.Button, bot string) [][]telegram.Button {
	if bot == "" {
		return rows
	}
	linked := make([][]telegram.Button, len(rows))
	for i, row := range rows {
		for _, b := range row {
			switch verb, args := ParseData(b.Data); {
			case !IsItemID(Arg(args, 0)):
			case verb == VerbPage:
				b.URL, b.Data = Link(bot, LinkRead+args[0]), ""
			case verb == VerbItem:
				b.URL, b.Data = Link(bot, LinkItem+args[0]), ""
			}
			linked[i] = append(linked[i], b)
		}
	}
	return linked
}
