package article

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxHTML limits one piece of HTML that is looked into, in bytes.
const maxHTML = 256 << 10

// escapedTwice finds markup that was escaped once too often, as Yandex exports do.
var escapedTwice = regexp.MustCompile(`(?i)&lt;/?(?:p|br|div|span|a|b|strong|i|em|ul|ol|li|img|h[1-6]|blockquote|table)\b`)

// breaks are the elements that begin and end a line of text. The space that stands
// between two of them on a screen must not be lost with the markup.
var breaks = map[atom.Atom]bool{
	atom.Address: true, atom.Article: true, atom.Aside: true, atom.Blockquote: true, atom.Br: true,
	atom.Caption: true, atom.Center: true, atom.Dd: true, atom.Details: true, atom.Dialog: true,
	atom.Div: true, atom.Dl: true, atom.Dt: true, atom.Fieldset: true, atom.Figcaption: true,
	atom.Figure: true, atom.Footer: true, atom.Form: true, atom.H1: true, atom.H2: true, atom.H3: true,
	atom.H4: true, atom.H5: true, atom.H6: true, atom.Header: true, atom.Hr: true, atom.Li: true,
	atom.Main: true, atom.Nav: true, atom.Ol: true, atom.Option: true, atom.P: true, atom.Pre: true,
	atom.Section: true, atom.Summary: true, atom.Table: true, atom.Tbody: true, atom.Tfoot: true,
	atom.Thead: true, atom.Tr: true, atom.Ul: true,
}

// unread are the elements whose content nobody reads on a screen.
var unread = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Noscript: true, atom.Iframe: true, atom.Template: true,
	atom.Title: true, atom.Textarea: true, atom.Select: true, atom.Button: true, atom.Object: true,
}

// Unescape takes back one escaping from markup that was escaped twice, and cuts what
// is too long to be looked into.
func Unescape(markup string) string {
	if len(markup) > maxHTML {
		markup = strings.ToValidUTF8(markup[:maxHTML], "")
	}
	if !strings.Contains(markup, "<") && escapedTwice.MatchString(markup) {
		markup = html.UnescapeString(markup)
	}
	if strings.Contains(markup, "<![CDATA[") {
		markup = sections.Replace(markup)
	}
	return markup
}

// sections drops the marks of XML's CDATA, which in HTML would hide what they hold: they
// were escaped along with it.
var sections = strings.NewReplacer("<![CDATA[", "", "]]>", "")

// PlainText makes text of HTML: one line for each block, words as they stand on the
// screen. It reads token by token: nesting costs nothing.
func PlainText(markup string) string {
	tokens := html.NewTokenizer(strings.NewReader(Unescape(markup)))
	var text strings.Builder
	hidden, depth := atom.Atom(0), 0
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			return lines(text.String())
		}
		token := tokens.Token()
		switch {
		case hidden != 0:
			// Only the same element can end what it hides.
			if token.DataAtom == hidden && kind == html.StartTagToken {
				depth++
			}
			if token.DataAtom == hidden && kind == html.EndTagToken {
				if depth--; depth == 0 {
					hidden = 0
				}
			}
		case kind == html.TextToken:
			text.WriteString(flat(token.Data))
		case kind == html.StartTagToken && unread[token.DataAtom]:
			hidden, depth = token.DataAtom, 1
		case breaks[token.DataAtom]:
			text.WriteByte('\n')
		case token.DataAtom == atom.Td || token.DataAtom == atom.Th:
			text.WriteByte(' ')
		}
	}
}

// flat takes the line breaks out of text: in HTML they are spaces.
func flat(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' || r == '\f' {
			return ' '
		}
		return r
	}, s)
}

// lines tidies text of several lines: no empty ones, no space too many.
func lines(s string) string {
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = OneLine(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// OneLine puts one space wherever there is any, and drops characters that nobody
// sees: they would make equal texts differ, and some turn the writing direction.
func OneLine(s string) string {
	if isOneLine(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\u200d' || unicode.Is(unicode.Variation_Selector, r):
			return r // Parts of an emoji.
		case unicode.Is(unicode.Cf, r) || r == utf8.RuneError:
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// Shorten cuts text to a number of characters, at the end of a word.
func Shorten(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	cut := string([]rune(s)[:most-1])
	if end := strings.LastIndexFunc(cut, unicode.IsSpace); end > len(cut)/2 {
		cut = cut[:end]
	}
	return strings.TrimRightFunc(cut, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }) + "…"
}

// isOneLine reports whether OneLine would change nothing: most texts were tidied before.
func isOneLine(s string) bool {
	last := ' '
	for _, r := range s {
		switch {
		case r == ' ' && last == ' ', r < ' ':
			return false
		case r < 0x7f, r >= 'Ѐ' && r <= 'ԯ': // Latin and Cyrillic letters: nearly all.
		case unicode.IsSpace(r), unicode.IsControl(r), r == utf8.RuneError, r != '\u200d' && unicode.Is(unicode.Cf, r):
			return false
		}
		last = r
	}
	return last != ' ' || s == ""
}

// Words splits text where there is neither a letter nor a digit.
func Words(s string) []string {
	return strings.FieldsFunc(Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// Fold makes equal what readers take for the same.
func Fold(s string) string { return strings.ReplaceAll(strings.ToLower(OneLine(s)), "ё", "е") }
