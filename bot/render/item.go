package render

import (
	"html"
	"slices"
	"time"

	"kabarchy/bot/locale"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

// Limits of one item's message, in UTF-16 units. A caption and a text are the same, so
// that a picture which Telegram refuses costs nothing but the picture.
const (
	captionLimit = 1024 // Telegram's
	titleLimit   = 256
	topicsLimit  = 72  // a line or two on a small phone
	summaryLimit = 640 // of a feed's: what a small phone shows without much scrolling
)

// Message is an item as a message.
type Message struct {
	HTML      string // the text, in Telegram's HTML
	Plain     string // the same without markup, where Telegram refuses that
	Markup    string // the buttons, as reply_markup; empty if there are none
	Image     string // the picture's address or file id; empty if there is none
	Shortened bool   // there is more of the text
}

// Renderer makes the messages of items. The words around an item are in its language.
type Renderer struct {
	Zone   *time.Location // of the dates
	Topics []Topic        // by whose names an item's topics are printed
}

// Variant says for whom a message of an item is made.
type Variant struct {
	// Corrected is for who had the item before, and otherwise: with the mark.
	Corrected bool
	// Missing is the reader's language, where there is no text in it and the item stands in:
	// with a line that says so. It is empty for others.
	Missing string
	// Bot is the bot's name for a message that many see, in a group or a channel: its buttons
	// are links into the private chat. It is empty for others.
	Bot string
}

// Item makes the message of an item; the editions are the item in other languages. The
// title comes first: it is what a phone shows of a message that has just come.
func (r Renderer) Item(item feeds.Item, editions map[string]feeds.Item) Message {
	return r.Variant(item, editions, Variant{})
}

// Variant makes the message of an item for some of its readers.
func (r Renderer) Variant(item feeds.Item, editions map[string]feeds.Item, v Variant) Message {
	words := locale.For(item.Language)
	title := Cut(OneLine(item.Title), titleLimit)
	topics := r.topicLine(item)
	date := words.Date(item.Published.In(r.Zone))
	missing, mark, back := "", "", ""
	if v.Missing != "" {
		missing = locale.For(v.Missing).T("line.no_text", nil)
	}
	if v.Corrected {
		mark, back = r.Mark(item), BackMarked
	}
	head := JoinFilled("\n", Tagged("b", title), html.EscapeString(topics), Tagged("i", date), Tagged("i", mark))
	plain := JoinFilled("\n", title, topics, date, mark)
	p := Message{HTML: JoinFilled("\n\n", Tagged("i", missing), head), Plain: JoinFilled("\n\n", missing, plain)}
	body := bodyOf(item, captionLimit-Units(p.Plain)-len("\n\n"))
	p.Shortened = body.shortened
	p.HTML = JoinFilled("\n\n", p.HTML, body.html)
	p.Plain = JoinFilled("\n\n", p.Plain, body.plain)
	if p.Image = item.File; p.Image == "" && WebAddress(item.Picture) {
		p.Image = item.Picture
	}
	rows := ItemButtons(item, p.Shortened, back)
	rows = append(rows, EditionButtons(item, editions, func(e feeds.Item) string { return ItemData(e, back) })...)
	if rows != nil {
		p.Markup = telegram.Keyboard(Linked(rows, v.Bot))
	}
	return p
}

// topicLine names the item's topics in its language, as many as fit; empty if it has none.
func (r Renderer) topicLine(item feeds.Item) string {
	const mark = "🏷 "
	line := ""
	for _, topic := range r.Topics {
		if !slices.Contains(item.Topics, topic.ID) {
			continue
		}
		name := OneLine(topic.NameIn(item.Language))
		if line == "" {
			line = mark + Cut(name, topicsLimit-Units(mark))
		} else if longer := line + ", " + name; Units(longer) <= topicsLimit {
			line = longer
		}
	}
	return line
}
