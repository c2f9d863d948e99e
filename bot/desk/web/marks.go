package web

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"kabarchy/feeds/article"
)

// In a form a text is plain, with marks that people can type: **bold**, _italic_,
// [words](address), and lines that begin with "- " or "1. ". A backslash before a mark takes
// its meaning away. What is no whole mark is text as it stands.

// blocksOf reads what somebody has typed. An empty line parts paragraphs.
func blocksOf(text string) (blocks []article.Block) {
	var lines []string // of the block that is read
	end := func() {
		if len(lines) > 0 {
			if b, ok := blockOf(lines, len(text) <= longestMarked); ok {
				blocks = append(blocks, b)
			}
		}
		lines = nil
	}
	for _, line := range strings.Split(lineBreaks.Replace(text), "\n") {
		plain := strings.TrimSpace(line)
		further := strings.HasPrefix(line, "  ") // a list item goes on
		isItem := len(lines) > 0 && listItem.MatchString(lines[0])
		switch {
		case plain == "":
			end()
			continue
		case listItem.MatchString(plain), isItem && !further:
			end()
		}
		lines = append(lines, plain)
	}
	end()
	return blocks
}

// lineBreaks are those that forms, Word and web pages part lines by.
var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// listItem is a line that begins with a bullet or a number.
var listItem = regexp.MustCompile(`^(?:[-–—•·‣▪]|(\d{1,3})[.)])\s+\S`)

// blockOf makes one block of its lines, with the marks in it if it has some; false where nothing
// of it is left.
func blockOf(lines []string, marked bool) (article.Block, bool) {
	b := article.Block{Kind: article.Paragraph}
	text := strings.Join(lines, "\n")
	if at := listItem.FindStringSubmatchIndex(text); at != nil {
		b.Kind, b.Level = article.ListItem, 1
		if at[2] >= 0 {
			b.Number, _ = strconv.Atoi(text[at[2]:at[3]])
		}
		_, last := utf8.DecodeLastRuneInString(text[:at[1]])
		text = text[at[1]-last:]
	}
	if b.Spans = []article.Span{{Text: text}}; marked {
		b.Spans = spansOf(text, article.Span{})
	}
	return b, strings.TrimSpace(b.Text()) != ""
}

// reader reads the marks within a block.
type reader struct {
	text  string
	at    int
	last  rune // what stands before; 0 at the beginning
	style article.Span
	spans []article.Span
	piece strings.Builder // the text of the last span
	bold  int             // where it begins, if it has
	slant int             // where italic begins
	plain map[int]bool    // where a mark stands that is none
	words int             // where the next "](" stands that ends a link's words; -1 for nowhere
}

// What is pasted by mistake is read in a moment, too: in how many bytes marks are looked for, and
// how many without an end.
const (
	longestMarked = 100_000 // no text of 20,000 characters is as long
	mostMistakes  = 50
)

// spansOf reads a block's text, in a style. A mark that is never ended is none, and the block
// is read again without it; of too many all are text.
func spansOf(text string, style article.Span) []article.Span {
	plain := make(map[int]bool)
	for range mostMistakes {
		r := reader{text: text, style: style, plain: plain}
		r.read()
		if r.style == style {
			return r.written()
		}
		begins := 0
		if r.style.Bold != style.Bold {
			begins = r.bold
		}
		if r.style.Italic != style.Italic {
			begins = max(begins, r.slant)
		}
		plain[begins] = true
	}
	style.Text = text
	return []article.Span{style}
}

func (r *reader) read() {
	for r.at < len(r.text) {
		if !r.escaped() && !r.address() && !r.link() && !r.toggled("**", &r.style.Bold, &r.bold) && !r.toggled("_", &r.style.Italic, &r.slant) {
			_, size := utf8.DecodeRuneInString(r.rest())
			r.take(size)
		}
	}
}

func (r *reader) rest() string { return r.text[r.at:] }

// take takes the next bytes as text.
func (r *reader) take(size int) {
	r.write(r.rest()[:size], r.style)
	r.skip(size)
}

func (r *reader) write(text string, style article.Span) {
	if n := len(r.spans); n == 0 || !sameStyle(r.spans[n-1], style) {
		style.Text = ""
		r.spans = append(r.written(), style)
	}
	r.piece.WriteString(text)
}

// written are the spans that were written.
func (r *reader) written() []article.Span {
	if n := len(r.spans); n > 0 {
		r.spans[n-1].Text += r.piece.String()
	}
	r.piece.Reset()
	return r.spans
}

func (r *reader) skip(size int) {
	r.last, _ = utf8.DecodeLastRuneInString(r.rest()[:size])
	r.at += size
}

func sameStyle(a, b article.Span) bool {
	return a.Bold == b.Bold && a.Italic == b.Italic && a.Link == b.Link
}

// marks are the signs before which a backslash counts.
const marks = `\*_[]-–—•·‣▪.)`

// escaped takes a sign that a backslash stands before.
func (r *reader) escaped() bool {
	after, is := strings.CutPrefix(r.rest(), `\`)
	sign, size := utf8.DecodeRuneInString(after)
	if !is || !strings.ContainsRune(marks, sign) {
		return false
	}
	r.skip(1)
	r.take(size)
	return true
}

// bareAddress is an address that stands in the text; what ends a sentence is not its end.
var bareAddress = regexp.MustCompile(`^https?://[^\s<>\[\]*]*[^\s<>\[\]*.,;:!?)»”"']`)

// addressAt is the address with which a text begins; empty where it begins with none. Brackets that
// open in it close in it, as those of encyclopedias do.
func addressAt(text string) string {
	found := bareAddress.FindString(text)
	for open := strings.Count(found, "(") - strings.Count(found, ")"); open > 0 && strings.HasPrefix(text[len(found):], ")"); open-- {
		found = text[:len(found)+1]
	}
	return found
}

// closing is where the bracket stands that ends an address in brackets; -1 where none does.
func closing(text string) int {
	open := 0
	for i, sign := range text {
		switch {
		case sign == '(':
			open++
		case sign == ')' && open == 0:
			return i
		case sign == ')':
			open--
		case sign == ' ' || sign == '\n':
			return strings.Index(text[:i], ")")
		}
	}
	return strings.Index(text, ")")
}

// address takes an address, and links it.
func (r *reader) address() bool {
	found := ""
	if r.style.Link == "" && strings.HasPrefix(r.rest(), "http") && !isWord(r.last) {
		found = addressAt(r.rest())
	}
	if found == "" {
		return false
	}
	style := r.style
	style.Link = found
	r.write(found, style)
	r.skip(len(found))
	return true
}

// link takes [words](address).
func (r *reader) link() bool {
	inner, is := strings.CutPrefix(r.rest(), "[")
	if !is || r.style.Link != "" || r.words < 0 {
		return false
	}
	if r.words <= r.at { // looked for once for all that stand before it
		if r.words = indexOf(inner, "]("); r.words < 0 {
			return false
		}
		r.words += r.at + 1
	}
	middle := r.words - r.at - 1
	if middle < 1 {
		return false
	}
	after := inner[middle+2:]
	end := closing(after[:min(len(after), longestAddress)])
	if end < 1 {
		return false
	}
	address := after[:end]
	style := r.style
	style.Link = address
	for _, s := range spansOf(inner[:middle], style) {
		r.write(s.Text, s)
	}
	r.skip(1 + middle + 2 + len(address) + 1)
	return true
}

// longestAddress is how many bytes of a text an address may take.
const longestAddress = 4096

// toggled begins or ends a style. A mark with space at its inner side is none, and neither is
// an underscore within a word or beside another one.
func (r *reader) toggled(mark string, on *bool, begins *int) bool {
	after, is := strings.CutPrefix(r.rest(), mark)
	next, _ := utf8.DecodeRuneInString(after)
	inner, outer := next, r.last
	if *on {
		inner, outer = r.last, next
	}
	switch {
	case !is, r.plain[r.at], inner == utf8.RuneError, inner == 0, unicode.IsSpace(inner), *on && *begins+len(mark) == r.at:
		return false
	case mark == "_" && (isWord(outer) || inner == '_' || outer == '_'):
		return false
	}
	if *on = !*on; *on {
		*begins = r.at
	}
	r.skip(len(mark))
	return true
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// indexOf is where a mark stands that no backslash stands before; -1 where none does.
func indexOf(text, mark string) int {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case strings.HasPrefix(text[i:], mark):
			return i
		}
	}
	return -1
}

// typed writes blocks as somebody could have typed them: blocksOf reads the same from it. What
// a form has no mark for, such as a heading, becomes a paragraph, and a picture is left out.
func typed(blocks []article.Block) string {
	var text strings.Builder
	was := article.BlockKind("")
	for _, b := range blocks {
		if b.Kind == article.Picture || strings.TrimSpace(b.Text()) == "" {
			continue
		}
		line := typedSpans(b.Spans)
		switch {
		case b.Kind != article.ListItem:
			line = hidden.ReplaceAllString(line, `${1}\${2}`)
		case b.Number > 0:
			line = strconv.Itoa(b.Number) + ". " + strings.ReplaceAll(line, "\n", "\n  ")
		default:
			line = "- " + strings.ReplaceAll(line, "\n", "\n  ")
		}
		if text.Len() > 0 {
			text.WriteString("\n")
			if was != article.ListItem || b.Kind != article.ListItem {
				text.WriteString("\n")
			}
		}
		was = b.Kind
		text.WriteString(line)
	}
	return text.String()
}

// hidden is what a paragraph's line would be a list item for.
var hidden = regexp.MustCompile(`(?m)^(\s*\d{0,3})([-–—•·‣▪.)]\s)`)

// typedSpans writes the text of a block with its marks.
func typedSpans(all []article.Span) string {
	var joined reader // what is in one style is one piece
	for _, s := range all {
		joined.write(s.Text, s)
	}
	spans := joined.written()
	var text strings.Builder
	for i, s := range spans {
		inner := strings.TrimSpace(s.Text)
		if inner == "" {
			text.WriteString(s.Text)
			continue
		}
		before, after, _ := strings.Cut(s.Text, inner)
		touches := i > 0 && before == "" && endsInWord(spans[i-1]) || i < len(spans)-1 && after == "" && beginsWithWord(spans[i+1])
		text.WriteString(before + typedSpan(s, inner, touches) + after)
	}
	return text.String()
}

func endsInWord(s article.Span) bool {
	last, _ := utf8.DecodeLastRuneInString(s.Text)
	return isWord(last) || last == '_'
}

func beginsWithWord(s article.Span) bool {
	first, _ := utf8.DecodeRuneInString(s.Text)
	return isWord(first) || first == '_'
}

// typedSpan writes a piece of text in its style; touches: it is a part of a word, where no
// italic can begin or end.
func typedSpan(s article.Span, text string, touches bool) string {
	if s.Link == text && !touches && !s.Bold && !s.Italic && addressAt(text) == text {
		return text
	}
	text = plainMark.ReplaceAllString(text, `\$0`)
	if s.Italic && !touches && !strings.HasPrefix(text, `\_`) && !strings.HasSuffix(text, "_") {
		text = "_" + text + "_"
	}
	if s.Bold {
		text = "**" + text + "**"
	}
	if s.Link != "" {
		text = "[" + text + "](" + addressSigns.Replace(s.Link) + ")"
	}
	return text
}

var (
	plainMark    = regexp.MustCompile(`[\\*_\[\]]`)
	addressSigns = strings.NewReplacer("(", "%28", ")", "%29", " ", "%20", "\n", "")
)

// sameText reports whether two texts say the same in the same style.
func sameText(a, b []article.Block) bool { return slices.EqualFunc(a, b, sameBlock) }

func sameBlock(a, b article.Block) bool {
	return a.Kind == b.Kind && a.Number == b.Number && typedSpans(a.Spans) == typedSpans(b.Spans)
}
