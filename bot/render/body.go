package render

import (
	"strings"
	"unicode"

	"kabarchy/bot/locale"
	"kabarchy/feeds"
	"kabarchy/feeds/article"
)

// body is what a message says of an item below its head.
type body struct {
	html, plain string
	shortened   bool // there is more of it
}

// bodyOf makes the body of an item's message, of at most so many UTF-16 units: the text as
// the desk wrote it, with its marks, or else a feed's summary.
func bodyOf(item feeds.Item, room int) body {
	spans, shortened := summaryOf(item, room)
	if len(item.Blocks) > 0 {
		spans, shortened = textOf(item, room)
	}
	return body{spansHTML(spans), paragraph{spans: spans}.text(), shortened}
}

// summaryOf is what a feed says of an item, and whether it has more.
func summaryOf(item feeds.Item, room int) (spans []article.Span, shortened bool) {
	whole := paragraphs(item.Summary)
	if OneLine(whole) == OneLine(item.Title) { // some sites say it twice
		whole = ""
	}
	summary := untilSentence(Cut(whole, min(summaryLimit, room)))
	return []article.Span{{Text: summary}}, summary != whole
}

// textOf is the beginning of a text with its marks, and whether there is more. It ends as Cut has
// a text end.
func textOf(item feeds.Item, room int) (spans []article.Span, shortened bool) {
	spans = Page(paragraphsOf(item.Blocks, locale.For(item.Language))).spans()
	whole := paragraph{spans: spans}.text()
	plain := Cut(whole, room)
	if head, cut := strings.CutSuffix(plain, "…"); cut && !strings.HasPrefix(whole, plain) {
		spans = append(between(spans, 0, len(head)), article.Span{Text: "…"})
	} else {
		spans = between(spans, 0, len(plain))
	}
	return spans, plain != whole
}

// spans are the page's, with the breaks between its paragraphs as spans of their own.
func (page Page) spans() []article.Span {
	var all []article.Span
	for i, p := range page {
		if i > 0 {
			all = append(all, article.Span{Text: page.gap(i)})
		}
		all = append(all, p.spans...)
	}
	return all
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
