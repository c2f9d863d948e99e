package bot

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// pageSize is how much of an article one page holds, in UTF-16 units: with its head it
// fits below a picture, and it is about what a small phone shows at a time.
const pageSize = 720

// paginate lays paragraphs out on pages of at most the size. Paragraphs stay whole where
// they can; a longer one is parted at the end of a sentence, or else of a word. No word
// is lost.
func paginate(paragraphs []string, size int) []string {
	var pages []string
	var page strings.Builder
	flush := func() {
		if page.Len() > 0 {
			pages = append(pages, page.String())
			page.Reset()
		}
	}
	for _, p := range paragraphs {
		for p != "" {
			room := size - units(page.String())
			if page.Len() > 0 {
				room -= len("\n\n")
			}
			if units(p) > room && page.Len() > 0 && (units(p) <= size || room < size/3) {
				flush()
				continue
			}
			head, rest := part(p, room)
			if page.Len() > 0 {
				page.WriteString("\n\n")
			}
			page.WriteString(head)
			if p = rest; p != "" {
				flush()
			}
		}
	}
	flush()
	return pages
}

// part takes from a text what fits, up to the end of a sentence where there is one not
// too far back.
func part(text string, budget int) (head, rest string) {
	if units(text) <= budget {
		return text, ""
	}
	end := fit(text, budget)
	if i := sentenceEnd(text, end); i > end/3 {
		end = i
	} else if i := strings.LastIndexFunc(text[:end+1], unicode.IsSpace); i > end/2 {
		end = i
	}
	if end == 0 { // no end to a sign made of ever more parts
		end = utf8.RuneLen([]rune(text)[0])
	}
	return strings.TrimRightFunc(text[:end], unicode.IsSpace), strings.TrimLeftFunc(text[end:], unicode.IsSpace)
}
