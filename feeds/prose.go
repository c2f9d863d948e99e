package feeds

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kabarchy/feeds/article"
)

// prose is a title or a text as identity looks at it: words without their signs.
type prose struct {
	folded  string
	cut     bool // it ends in an ellipsis: the rest was left off
	numbers []string
	stems   []string // sorted
}

const (
	stemLength = 5   // letters of a word that endings don't change
	alikeFrom  = 0.6 // the part of words in common from which on two texts are alike
	cutFrom    = 12  // characters that a text must have before it is cut off to be known again
)

var digits = regexp.MustCompile(`\d+`)

// proseOf reads a title or a text.
func proseOf(s string) *prose {
	end := strings.TrimRight(s, " ]»\"”)")
	cut := strings.HasSuffix(end, "…") || strings.HasSuffix(end, "...")
	folded := strings.Join(article.Words(composed(s)), " ")
	if folded == "" {
		folded = s // Nothing but signs.
	}
	return &prose{folded: folded, cut: cut}
}

// same reports whether two texts have the same words, or one is the beginning of the other
// with the rest left off.
func (p *prose) same(q *prose) bool {
	if p.folded == q.folded {
		return true
	}
	short, long := p, q
	if len(short.folded) > len(long.folded) {
		short, long = long, short
	}
	return short.cut && utf8.RuneCountInString(short.folded) >= cutFrom && strings.HasPrefix(long.folded, short.folded)
}

// head returns the first words of a title that has more.
func (p *prose) head() string {
	all := strings.SplitN(p.folded, " ", headWords+1)
	if len(all) <= headWords {
		return ""
	}
	return strings.Join(all[:headWords], " ")
}

// alike reports whether two texts share most of their words and all of their numbers: the
// 27th of November and the 4th of December are not alike.
func (p *prose) alike(q *prose) bool {
	p.split()
	q.split()
	return slices.Equal(p.numbers, q.numbers) && p.akin(q)
}

// akin reports whether two texts share most of their words, whatever their numbers.
func (p *prose) akin(q *prose) bool {
	p.split()
	q.split()
	if len(p.stems) == 0 || len(q.stems) == 0 {
		return false
	}
	common := 0
	for i, j := 0, 0; i < len(p.stems) && j < len(q.stems); {
		switch strings.Compare(p.stems[i], q.stems[j]) {
		case 0:
			common, i, j = common+1, i+1, j+1
		case -1:
			i++
		default:
			j++
		}
	}
	return float64(2*common) >= alikeFrom*float64(len(p.stems)+len(q.stems))
}

// split finds the stems and the numbers, once.
func (p *prose) split() {
	if p.stems != nil {
		return
	}
	p.numbers = digits.FindAllString(p.folded, -1)
	slices.Sort(p.numbers)
	p.stems = []string{}
	for word := range strings.FieldsSeq(p.folded) {
		if strings.ContainsFunc(word, unicode.IsLetter) {
			runes := []rune(word)
			p.stems = append(p.stems, string(runes[:min(len(runes), stemLength)]))
		}
	}
	slices.Sort(p.stems)
}

// marks makes equal what typographic filters exchange and nobody notices.
var marks = strings.NewReplacer("«", `"`, "»", `"`, "“", `"`, "”", `"`, "„", `"`, "‘", "'", "’", "'", "`", "'",
	"–", "-", "—", "-", "−", "-", "‑", "-", "…", "...")

// noticed reduces a text to what a reader would notice if it changed.
func noticed(s string) string { return marks.Replace(composed(article.OneLine(s))) }

// composed writes letters and their accents as one (Unicode's form NFC). Most texts are so:
// of the characters below U+0300, of Cyrillic, and of signs such as dashes, none changes.
func composed(s string) string {
	for _, r := range s {
		if r >= 0x300 && (r < 0x400 || r > 0x4ff || r >= 0x483 && r <= 0x489) && (r < 0x2010 || r > 0x2027) {
			return norm.NFC.String(s)
		}
	}
	return s
}

// withoutNumbers reduces it further, to what is no counter.
func withoutNumbers(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	number := false
	for i := range len(s) {
		digit := '0' <= s[i] && s[i] <= '9'
		switch {
		case !digit:
			b.WriteByte(s[i])
		case !number:
			b.WriteByte('#')
		}
		number = digit
	}
	return b.String()
}

// headWords is how many words of a title are its head; a title without more has none.
const headWords = 3
