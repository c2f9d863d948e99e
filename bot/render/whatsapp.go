package render

import (
	"net/url"
	"strings"

	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

// addressLimit is how long a button's address may be, in bytes.
const addressLimit = 2048

// WhatsAppButtons hand an item on to WhatsApp, by title and link: that of its page on the
// site, which everybody can open, or the other one where it has none. There are none where
// neither fits.
func WhatsAppButtons(item feeds.Item, other string) [][]telegram.Button {
	link := item.Link
	if !WebAddress(link) {
		link = other
	}
	address := whatsAppAddress(OneLine(item.Title), link)
	if address == "" {
		return nil
	}
	return [][]telegram.Button{{{Text: "💬 WhatsApp", URL: address}}}
}

// whatsAppAddress opens WhatsApp with a title and a link to be sent to somebody (the format
// is "click to chat" in WhatsApp's help centre). Of a long title there is as much as fits;
// it is empty where the link does not.
func whatsAppAddress(title, link string) string {
	if !WebAddress(link) {
		return ""
	}
	for budget := titleLimit; ; budget = budget * 3 / 4 {
		text := strings.TrimPrefix(Cut(title, budget)+"\n"+link, "\n")
		address := "https://wa.me/?text=" + strings.ReplaceAll(url.QueryEscape(text), "+", "%20") // it shows a plus as one
		switch {
		case len(address) <= addressLimit:
			return address
		case budget < shortTitle:
			return ""
		}
	}
}

// shortTitle is the least of a title that tells what it is about, in UTF-16 units.
const shortTitle = 20
