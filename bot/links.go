package bot

import (
	"net/url"

	"kabarchy/feeds"
)

// link is the address that opens the private chat with the bot and sends it the payload.
func (b *Bot) link(payload string) string {
	return "https://t.me/" + b.self.Username() + "?start=" + payload
}

// shareAddress opens Telegram's choice of chats to share the item's page in.
func shareAddress(item feeds.Item) string {
	return "https://t.me/share/url?" + url.Values{
		"url": {item.Link}, "text": {cut(oneLine(item.Title), titleLimit)},
	}.Encode()
}
