package render

import (
	"html"
	"slices"
	"strings"
	"time"
	"unicode"

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
	summaryLimit = 640 // what a small phone shows without much scrolling
)

// Message is an item as a message.
type Message struct {
	HTML      string // the text, in Telegram's HTML
	Plain     string // the same without markup, where Telegram refuses that
	Markup    string // the buttons, as reply_markup; empty if there are none
	Image     string // the picture's address; empty if there is none
	Shortened bool   // there is more of the summary
}

// Renderer makes the messages of items. The words around an item are in its language.
type Renderer struct {
	Zone   *time.Location // of the dates
	Topics []Topic        // by whose names an item's topics are printed
}

// Item makes the message of an item; the editions are the item in other languages. The
// title comes first: it is what a phone shows of a message that has just come.
func (r Renderer) Item(item feeds.Item, editions map[string]feeds.Item) Message {
	return r.message(item, editions, "")
}

// Corrected makes the message of an item in place of one that showed it otherwise: with the mark.
func (r Renderer) Corrected(item feeds.Item, editions map[string]feeds.Item) Message {
	return r.message(item, editions, BackMarked)
}

// message makes the message of an item; back is the way back that its buttons are to remember.
func (r Renderer) message(item feeds.Item, editions map[string]feeds.Item, back string) Message {
	words := locale.For(item.Language)
	title := Cut(OneLine(item.Title), titleLimit)
	topics := r.topicLine(item)
	date := words.Date(item.Published.In(r.Zone))
	mark := ""
	if Marked(back) {
		mark = r.Mark(item)
	}
	whole := paragraphs(item.Summary)
	if OneLine(whole) == OneLine(item.Title) { // some sites say it twice
		whole = ""
	}
	p := Message{
		HTML:  JoinFilled("\n", Tagged("b", title), html.EscapeString(topics), Tagged("i", date), Tagged("i", mark)),
		Plain: JoinFilled("\n", title, topics, date, mark),
	}
	summary := untilSentence(Cut(whole, min(summaryLimit, captionLimit-Units(p.Plain)-len("\n\n"))))
	p.Shortened = summary != whole
	p.HTML = JoinFilled("\n\n", p.HTML, html.EscapeString(summary))
	p.Plain = JoinFilled("\n\n", p.Plain, summary)
	if WebAddress(item.Picture) {
		p.Image = item.Picture
	}
	rows := ItemButtons(item, p.Shortened, back)
	rows = append(rows, EditionButtons(item, editions, func(e feeds.Item) string { return ItemData(e, back) })...)
	if rows != nil {
		p.Markup = telegram.Keyboard(rows)
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

// untilSentence takes off a text the sentence that its site has broken off, unless that is
// most of it.
func untilSentence(text string) string {
	whole := strings.TrimRight(text, " .…[]")
	if !strings.ContainsAny(text[len(whole):], "…[") && !strings.HasSuffix(text, "...") {
		return text
	}
	if end := sentenceEnd(text, len(whole)); end > len(text)/3 {
		return strings.TrimRightFunc(text[:end], unicode.IsSpace)
	}
	return strings.TrimRight(whole, ",;:—–-(« ") + "…"
}
