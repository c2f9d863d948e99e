package bot

import (
	"html"
	"net/url"
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

// page is an item as a message.
type page struct {
	html   string // the text, in Telegram's HTML
	plain  string // the same without markup, where Telegram refuses that
	markup string // the buttons, as reply_markup; empty if there are none
	image  string // the picture's address; empty if there is none
	cut    bool   // there is more of the summary
}

// renderer makes the messages of items. The words around an item are in its language.
type renderer struct {
	zone   *time.Location // of the dates
	topics []Topic        // by whose names an item's topics are printed
}

// render makes the message of an item; the editions are the item in other languages. The
// title comes first: it is what a phone shows of a message that has just come.
func (r renderer) render(item feeds.Item, editions map[string]feeds.Item) page {
	words := locale.For(item.Language)
	title := cut(oneLine(item.Title), titleLimit)
	topics := r.topicLine(item)
	date := words.Date(item.Published.In(r.zone))
	whole := paragraphs(item.Summary)
	if oneLine(whole) == oneLine(item.Title) { // some sites say it twice
		whole = ""
	}
	summary := untilSentence(cut(whole, summaryLimit))
	p := page{
		html:  joinFilled("\n", tagged("b", title), html.EscapeString(topics), tagged("i", date)),
		plain: joinFilled("\n", title, topics, date),
		cut:   summary != whole,
	}
	p.html = joinFilled("\n\n", p.html, html.EscapeString(summary))
	p.plain = joinFilled("\n\n", p.plain, summary)
	if webAddress(item.Picture) {
		p.image = item.Picture
	}
	rows := itemButtons(item, p.cut, "")
	rows = append(rows, editionButtons(item, editions, func(e feeds.Item) string { return itemData(e, "") })...)
	if rows != nil {
		p.markup = telegram.Keyboard(rows)
	}
	return p
}

// topicLine names the item's topics in its language, as many as fit; empty if it has none.
func (r renderer) topicLine(item feeds.Item) string {
	const mark = "🏷 "
	line := ""
	for _, topic := range r.topics {
		if !slices.Contains(item.Topics, topic.ID) {
			continue
		}
		name := oneLine(topic.name(item.Language))
		if line == "" {
			line = mark + cut(name, topicsLimit-units(mark))
		} else if longer := line + ", " + name; units(longer) <= topicsLimit {
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

// halfRow is what a button shows of its label on half of a cheap phone's screen, in
// UTF-16 units. Telegram cuts off the rest.
const halfRow = 14

// rowsOf lays buttons out in their order, two beside each other where both have room.
func rowsOf(buttons ...telegram.Button) [][]telegram.Button {
	var rows [][]telegram.Button
	room := false
	for _, b := range buttons {
		short := units(b.Text) <= halfRow
		if last := len(rows) - 1; room && short {
			rows[last], room = append(rows[last], b), false
		} else {
			rows, room = append(rows, []telegram.Button{b}), short
		}
	}
	return rows
}

func tagged(tag, text string) string {
	if text == "" {
		return ""
	}
	return "<" + tag + ">" + html.EscapeString(text) + "</" + tag + ">"
}

func joinFilled(separator string, parts ...string) string {
	filled := parts[:0]
	for _, p := range parts {
		if p != "" {
			filled = append(filled, p)
		}
	}
	return strings.Join(filled, separator)
}

// oneLine is the text with every run of space as one space.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// paragraphs parts the paragraphs of a text with an empty line.
func paragraphs(text string) string {
	var all []string
	for p := range strings.Lines(text) {
		if p = oneLine(p); p != "" {
			all = append(all, p)
		}
	}
	return strings.Join(all, "\n\n")
}

// webAddress says whether Telegram would take the address for a button or a picture.
func webAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && len(address) <= 2048
}
