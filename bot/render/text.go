package render

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Units is the length of a text as Telegram's clients count it: in UTF-16 units. The
// server counts characters, which are never more.
func Units(s string) int {
	n := 0
	for _, r := range s {
		n += unitsOf(r)
	}
	return n
}

func unitsOf(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// Cut shortens a plain text to the budget in UTF-16 units: at the end of a sentence
// where one is not too far back, otherwise at the end of a word and with an ellipsis,
// and within a word only where that is longer than half of the budget.
func Cut(text string, budget int) string {
	if Units(text) <= budget {
		return text
	}
	end := Fit(text, budget-1)
	if i := sentenceEnd(text, end); i > end/3 {
		return strings.TrimRightFunc(text[:i], unicode.IsSpace)
	}
	head := text[:end]
	if i := strings.LastIndexFunc(text[:end+1], unicode.IsSpace); i > end/2 {
		head = head[:i]
	}
	return strings.TrimRightFunc(head, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",;:—–-(«", r)
	}) + "…"
}

// breakAt is where a text is parted that does not fit, and where its rest begins: at the
// end of a sentence that is not too far back, or else of a word.
func breakAt(text string, budget int) (end, next int) {
	end = Fit(text, budget)
	if i := sentenceEnd(text, end); i > end/3 {
		end = i
	} else if i := strings.LastIndexFunc(text[:end+1], unicode.IsSpace); i > end/2 {
		end = i
	}
	if end == 0 { // a sign made of more parts than fit
		_, end = utf8.DecodeRuneInString(text)
	}
	next = len(text) - len(strings.TrimLeftFunc(text[end:], unicode.IsSpace))
	return len(strings.TrimRightFunc(text[:end], unicode.IsSpace)), next
}

// Fit is the length in bytes of the longest beginning that keeps to the budget and
// does not part what is seen as one sign.
func Fit(text string, budget int) int {
	end := 0
	var last rune
	for i, r := range text {
		if !joined(last, r) {
			end = i
		}
		if budget -= unitsOf(r); budget < 0 {
			return end
		}
		last = r
	}
	return len(text)
}

// joined reports whether next is shown as one sign with what stands before it: an accent, a
// skin colour, the second half of a flag, a part of a family.
func joined(last, next rune) bool {
	const zeroWidthJoiner = '\u200d'
	return last == zeroWidthJoiner || next == zeroWidthJoiner ||
		unicode.In(next, unicode.Mn, unicode.Me, unicode.Variation_Selector) ||
		'\U0001F3FB' <= next && next <= '\U0001F3FF' ||
		unicode.Is(unicode.Regional_Indicator, last) && unicode.Is(unicode.Regional_Indicator, next)
}

// sentenceEnd is where the last sentence or paragraph ends that ends before the limit;
// 0 if none does.
func sentenceEnd(text string, limit int) int {
	end := 0
	for i, r := range text {
		if i > limit {
			break
		}
		switch r {
		case '\n':
			end = i
		case '.', '!', '?', '…':
			after := i + utf8.RuneLen(r)
			after += closing(text[after:])
			if after <= limit && endsHere(text[:i], r, text[after:]) {
				end = after
			}
		}
	}
	return end
}

// closing is the length of the quotation marks and brackets at the beginning.
func closing(text string) int {
	return len(text) - len(strings.TrimLeft(text, `»”"')]`))
}

// endsHere tells the end of a sentence from that of an abbreviation: "2018-ж.",
// "А. Сарымсаков", "ст. 5".
func endsHere(before string, mark rune, after string) bool {
	next, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(after, unicode.IsSpace))
	first, _ := utf8.DecodeRuneInString(after)
	if after != "" && !unicode.IsSpace(first) || unicode.IsLower(next) {
		return false
	}
	return mark != '.' || utf8.RuneCountInString(lastWord(before)) > 2
}

func lastWord(text string) string {
	i := strings.LastIndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if i < 0 {
		return text
	}
	_, size := utf8.DecodeRuneInString(text[i:])
	return text[i+size:]
}

// OneLine is the text with every run of space as one space.
func OneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// paragraphs parts the paragraphs of a text with an empty line.
func paragraphs(text string) string {
	var all []string
	for p := range strings.Lines(text) {
		if p = OneLine(p); p != "" {
			all = append(all, p)
		}
	}
	return strings.Join(all, "\n\n")
}
