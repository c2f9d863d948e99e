package feeds

import (
	"regexp"
	"strings"

	"kabarchy/feeds/article"
)

var (
	// aTag finds what may be a tag, also one that never ends.
	aTag = regexp.MustCompile(`</?([A-Za-z][\w:-]*)([^<>]*)(>?)`)
	// formatting names the elements that titles are formatted with.
	formatting = regexp.MustCompile(`(?i)^(?:a|abbr|b|bdi|bdo|big|br|center|cite|code|del|div|em|font|h[1-6]|hr|i|img|ins|kbd|mark|nobr|noindex|p|q|s|script|small|span|strike|strong|style|sub|sup|tt|u|wbr)$`)
	// alone names those of them that need no end tag.
	alone = regexp.MustCompile(`(?i)^(?:br|hr|img|p|wbr)$`)
)

// maxTitleMarkup is how many bytes of a title are looked into.
const maxTitleMarkup = 8 << 10

// angles makes text of a tag, by numbers as asHTML does.
var angles = strings.NewReplacer("<", "&#60;", ">", "&#62;")

// plainTitle is plainText for a title. Editors write <E-Notary>, 5<7 and a<b there and
// mean it: a tag counts as one only where it is known and ended.
func plainTitle(markup string) string {
	if len(markup) > maxTitleMarkup {
		markup = strings.ToValidUTF8(markup[:maxTitleMarkup], "")
	}
	markup = article.Unescape(markup)
	if !strings.Contains(markup, "<") {
		return article.OneLine(article.PlainText(markup))
	}
	var text strings.Builder
	at := 0
	for _, m := range aTag.FindAllStringSubmatchIndex(markup, -1) {
		text.WriteString(markup[at:m[0]])
		at = m[1]
		whole, name := markup[m[0]:m[1]], markup[m[2]:m[3]]
		if isFormatting(markup, m) {
			text.WriteString(whole)
			continue
		}
		if m[6] == m[7] && formatting.MatchString(name) && strings.Contains(whole, "=") {
			continue // The title was cut in the middle of a tag.
		}
		text.WriteString(angles.Replace(whole))
	}
	text.WriteString(markup[at:])
	return article.OneLine(article.PlainText(text.String()))
}

// isFormatting reports whether a match of aTag is a tag: known and complete, at the
// beginning or with its like, or with attributes.
func isFormatting(markup string, m []int) bool {
	name, attributes := strings.ToLower(markup[m[2]:m[3]]), markup[m[4]:m[5]]
	switch {
	case m[6] == m[7], !formatting.MatchString(name):
		return false
	case m[0] == 0, markup[m[0]+1] == '/', alone.MatchString(name), strings.Contains(attributes, "="):
		return true
	}
	return strings.Contains(strings.ToLower(markup[m[1]:]), "</"+name)
}
