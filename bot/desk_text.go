package bot

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"kabarchy/bot/desk"
	"kabarchy/bot/telegram"
	"kabarchy/feeds/article"
)

// written is what somebody has written, read as an announcement.
type written struct {
	desk.Text
	// Dropped reports that it had marks that an announcement has not, such as an underline.
	Dropped bool
}

// readText reads a message as an announcement: its first line is the title, an empty line
// parts paragraphs, and lines that begin with a bullet or a number are list items.
func readText(text string, entities []telegram.Entity) written {
	m := markedUp(text, entities)
	lines := m.lines()
	var w written
	for len(lines) > 0 && w.Title == "" {
		if line := lines[0].text(); desk.Visible(line) {
			w.Title = article.OneLine(line)
		}
		lines = lines[1:]
	}
	w.Blocks, w.Dropped = blocksOf(lines), m.dropped
	return w
}

// readBelow reads a message as more of a text: all of it stands below what there is.
func readBelow(text string, entities []telegram.Entity) written {
	m := markedUp(text, entities)
	return written{desk.Text{Blocks: blocksOf(m.lines())}, m.dropped}
}

// marked is a text with the style of each of its UTF-16 units, as Telegram counts them.
type marked struct {
	units   []uint16
	styles  []article.Span // without text
	dropped bool
}

// automatic are the entities that Telegram finds by itself: they are no marks.
var automatic = []string{"mention", "hashtag", "cashtag", "bot_command", "email", "phone_number", "date_time"}

// markedUp lays the entities over the text. What reaches beyond the text is cut off.
func markedUp(text string, entities []telegram.Entity) marked {
	m := marked{units: utf16.Encode([]rune(text))}
	m.styles = make([]article.Span, len(m.units))
	for _, e := range entities {
		from := max(0, min(e.Offset, len(m.units)))
		to := max(from, min(len(m.units), from+max(0, min(e.Length, len(m.units)))))
		set := m.style(e, from, to)
		if set == nil {
			m.dropped = m.dropped || !slices.Contains(automatic, e.Type)
			continue
		}
		for i := from; i < to; i++ {
			set(&m.styles[i])
		}
	}
	return m
}

// style is what an entity does to the units from one to another; nil for nothing.
func (m marked) style(e telegram.Entity, from, to int) func(*article.Span) {
	switch e.Type {
	case "bold":
		return func(s *article.Span) { s.Bold = true }
	case "italic":
		return func(s *article.Span) { s.Italic = true }
	case "text_link":
		return func(s *article.Span) { s.Link = e.URL }
	case "url":
		address := string(utf16.Decode(m.units[from:to]))
		if !strings.Contains(address, "://") {
			address = "https://" + address
		}
		return func(s *article.Span) { s.Link = cmp.Or(s.Link, address) }
	}
	return nil
}

// line is one line of a text in pieces of one style each.
type line []article.Span

func (l line) text() string { return article.Block{Spans: l}.Text() }

// lines parts the text at its line breaks.
func (m marked) lines() []line {
	var all []line
	var current line
	for i := 0; i < len(m.units); {
		r, size := m.sign(i)
		style := m.styles[i]
		i += size
		if strings.ContainsRune(lineBreaks, r) {
			all, current = append(all, current), nil
			continue
		}
		if last := len(current) - 1; last >= 0 && sameStyle(current[last], style) {
			current[last].Text += string(r)
		} else {
			style.Text = string(r)
			current = append(current, style)
		}
	}
	return append(all, current)
}

// lineBreaks part lines: Word's line breaks within a paragraph, too, as they are pasted.
const lineBreaks = "\n\v\u0085\u2028\u2029"

// sign decodes the character at a unit, and says how many units it takes.
func (m marked) sign(i int) (rune, int) {
	if r := rune(m.units[i]); utf16.IsSurrogate(r) && i+1 < len(m.units) {
		if whole := utf16.DecodeRune(r, rune(m.units[i+1])); whole != '\uFFFD' {
			return whole, 2
		}
	}
	return rune(m.units[i]), 1
}

func sameStyle(a, b article.Span) bool {
	return a.Bold == b.Bold && a.Italic == b.Italic && a.Link == b.Link
}

// listMark is how a list item begins: as people type it, or as Word's bullets are pasted.
var listMark = regexp.MustCompile(`^\s*(?:[•·‣◦●○▪▫■□►➢➤✓✔\x{f0a7}\x{f0b7}\x{f0d8}\x{f0fc}\-–—*]|(\d{1,2})[.)])\s+`)

// blocksOf makes paragraphs and list items of lines. A line break within a paragraph stays.
func blocksOf(lines []line) []article.Block {
	var blocks []article.Block
	open := false // the last block takes the next line
	for _, l := range lines {
		l = l.trimmed()
		if len(l) == 0 {
			open = false
			continue
		}
		text := l.text()
		if mark := listMark.FindStringSubmatch(text); mark != nil && len(mark[0]) < len(text) {
			number, _ := strconv.Atoi(mark[1]) // 0 for a bullet
			blocks = append(blocks, article.Block{Kind: article.ListItem, Level: 1, Number: number, Spans: l.from(len(mark[0]))})
			open = false
			continue
		}
		if open {
			last := &blocks[len(blocks)-1]
			last.Spans = joined(last.Spans, l)
		} else {
			blocks = append(blocks, article.Block{Kind: article.Paragraph, Spans: l})
		}
		open = true
	}
	return blocks
}

// joined puts a line below others in one block.
func joined(spans, l line) line {
	last := len(spans) - 1
	spans[last].Text += "\n"
	if sameStyle(spans[last], l[0]) {
		spans[last].Text += l[0].Text
		l = l[1:]
	}
	return append(spans, l...)
}

// trimmed is the line without space at its ends; empty for a line of space.
func (l line) trimmed() line {
	text := l.text()
	begin := len(text) - len(strings.TrimLeft(text, space))
	l = l.from(begin)
	end := len(strings.TrimRight(text[begin:], space))
	var kept line
	for _, s := range l {
		s.Text = s.Text[:min(end, len(s.Text))]
		end -= len(s.Text)
		if s.Text != "" {
			kept = append(kept, s)
		}
	}
	return kept
}

const space = " \t\r\u00a0\u200b\ufeff"

// from is the line without its first bytes.
func (l line) from(skip int) line {
	var kept line
	for _, s := range l {
		cut := min(skip, len(s.Text))
		skip -= cut
		if s.Text = s.Text[cut:]; s.Text != "" {
			kept = append(kept, s)
		}
	}
	return kept
}
