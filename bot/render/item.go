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
	Zone   *time.Location   // of the dates
	Topics []Topic          // by whose names an item's topics are printed
	Now    func() time.Time // the clock; time.Now if nil
}

// Today reports whether the item is of today: then its message does not say so.
func (r Renderer) Today(item feeds.Item) bool {
	now := time.Now
	if r.Now != nil {
		now = r.Now
	}
	return sameDay(item.Published.In(r.Zone), now().In(r.Zone))
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
	// NoPicture is for who wants text alone: nothing is said of the picture either.
	NoPicture bool
}

// Item makes the message of an item; the editions are the item in other languages.
func (r Renderer) Item(item feeds.Item, editions map[string]feeds.Item) Message {
	return r.Variant(item, editions, Variant{})
}

// Variant makes the message of an item for some of its readers. The title comes first and
// then the text: a locked phone shows no more of a message that has just come. Topics and
// date come last.
func (r Renderer) Variant(item feeds.Item, editions map[string]feeds.Item, v Variant) Message {
	back := ""
	if v.Corrected {
		back = BackMarked
	}
	f := r.frame(item, v)
	body := bodyOf(item, f.room())
	p := Message{Shortened: body.shortened}
	if p.Image = item.File; p.Image == "" && WebAddress(item.Picture) {
		p.Image = item.Picture
	}
	says := ""
	if p.Image != "" && !v.NoPicture {
		says = pictureLine(item, f.room()-Units(body.plain)-len("\n\n"))
	}
	p.HTML = Fold(JoinFilled("\n\n", f.headHTML, r.Timed(item, body.html), Tagged("i", says)), f.footHTML)
	p.Plain = WithoutTags(p.HTML)
	rows := ItemButtons(item, p.Shortened, back)
	rows = append(rows, EditionButtons(item, editions, func(e feeds.Item) string { return ItemData(e, back) })...)
	if rows != nil {
		p.Markup = telegram.Keyboard(Linked(rows, v.Bot))
	}
	return p
}

// frame is what stands above and below the text of an item's message.
type frame struct{ head, headHTML, foot, footHTML string }

// frame: the mark of a correction stands below the title, for who has read something else.
func (r Renderer) frame(item feeds.Item, v Variant) frame {
	title, topics := Cut(OneLine(item.Title), titleLimit), r.topicLine(item)
	date, missing, mark := "", "", ""
	if !r.Today(item) {
		date = locale.For(item.Language).Date(item.Published.In(r.Zone))
	}
	if v.Missing != "" {
		missing = locale.For(v.Missing).T("line.no_text", nil)
	}
	if v.Corrected {
		mark = r.Mark(item)
	}
	return frame{
		head: JoinFilled("\n", title, mark), headHTML: JoinFilled("\n", Tagged("b", title), Tagged("i", mark)),
		foot: JoinFilled("\n", missing, topics, date), footHTML: JoinFilled("\n", Tagged("i", missing), html.EscapeString(topics), Tagged("i", date)),
	}
}

// room is how much text there may be, in UTF-16 units; where it is folded takes one more.
func (f frame) room() int {
	return captionLimit - Units(f.head) - Units(f.foot) - 2*len("\n\n") - len("\n")
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
