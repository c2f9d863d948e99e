package render

import (
	"html"
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
	if len(item.Blocks) > 0 {
		return textOf(item, room)
	}
	whole := paragraphs(item.Summary)
	if OneLine(whole) == OneLine(item.Title) { // some sites say it twice
		whole = ""
	}
	summary := untilSentence(Cut(whole, min(summaryLimit, room)))
	return body{html.EscapeString(summary), summary, summary != whole}
}

// textOf is the beginning of a text with its marks. It ends as Cut has a text end.
func textOf(item feeds.Item, room int) body {
	spans := Page(paragraphsOf(item.Blocks, locale.For(item.Language))).spans()
	whole := paragraph{spans: spans}.text()
	plain := Cut(whole, room)
	if head, cut := strings.CutSuffix(plain, "…"); cut && !strings.HasPrefix(whole, plain) {
		spans = append(between(spans, 0, len(head)), article.Span{Text: "…"})
	} else {
		spans = between(spans, 0, len(plain))
	}
	return body{spansHTML(spans), plain, plain != whole}
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
