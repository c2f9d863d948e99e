package render

import (
	"html"
	"regexp"
	"strings"
)

// Limits of a comparison.
const (
	// comparedCells bounds the work: what is longer counts as wholly rewritten between the
	// words at its beginning and its end that stay.
	comparedCells = 1 << 19
	// mostMarks is how many pieces of a text are marked: Telegram takes 100 marks in a message.
	mostMarks = 30
	// keptAround is how many unchanged words stand beside a changed one where a text is long.
	keptAround = 8
)

// Compare sets two texts against each other as HTML: in old what is gone is struck through, in
// new what was added is underlined. Each has about so many UTF-16 units at most: of a longer
// one, what did not change is left out.
func Compare(before, after string, most int) (old, now string) {
	return compare(before, after, "s", most)
}

// Contrast is Compare for two texts of which neither is the older one: what differs is
// underlined in both.
func Contrast(one, other string, most int) (first, second string) {
	return compare(one, other, "u", most)
}

func compare(before, after, tag string, most int) (old, now string) {
	a, b := wordsOf(before), wordsOf(after)
	gone, added := changedWords(a, b)
	return markedText(a, gone, tag, most), markedText(b, added, "u", most)
}

// wordAndSpace is a word with what stands before it.
var wordAndSpace = regexp.MustCompile(`\s*\S+`)

func wordsOf(text string) []string { return wordAndSpace.FindAllString(strings.TrimSpace(text), -1) }

// bare are the words without what stands before them.
func bare(words []string) []string {
	all := make([]string, len(words))
	for i, word := range words {
		all[i] = strings.TrimLeft(word, space)
	}
	return all
}

// changedWords says of each word whether it is in the other text at that place.
func changedWords(a, b []string) (gone, added []bool) {
	gone, added = make([]bool, len(a)), make([]bool, len(b))
	left, right := bare(a), bare(b)
	same := func(i, j int) bool { return left[i] == right[j] }
	from := 0
	for from < min(len(a), len(b)) && same(from, from) {
		from++
	}
	endA, endB := len(a), len(b)
	for endA > from && endB > from && same(endA-1, endB-1) {
		endA, endB = endA-1, endB-1
	}
	rows, columns := endA-from, endB-from
	if rows*columns > comparedCells {
		fill(gone[from:endA])
		fill(added[from:endB])
		return gone, added
	}
	walkCommon(rows, columns, func(i, j int) bool { return same(from+i, from+j) }, gone[from:endA], added[from:endB])
	return gone, added
}

// walkCommon goes along the longest row of common words, and notes what is beside it.
func walkCommon(rows, columns int, same func(i, j int) bool, gone, added []bool) {
	common := commonWords(rows, columns, same)
	for i, j := 0, 0; i < rows || j < columns; {
		switch {
		case i < rows && j < columns && same(i, j):
			i, j = i+1, j+1
		case j == columns || i < rows && common[i+1][j] >= common[i][j+1]:
			gone[i] = true
			i++
		default:
			added[j] = true
			j++
		}
	}
}

// commonWords says how many words the rest of one text from i on and that of another from j on
// have in common.
func commonWords(rows, columns int, same func(i, j int) bool) [][]int32 {
	common := make([][]int32, rows+1)
	for i := range common {
		common[i] = make([]int32, columns+1)
	}
	for i := rows - 1; i >= 0; i-- {
		for j := columns - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); same(i, j) {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	return common
}

func fill(all []bool) {
	for i := range all {
		all[i] = true
	}
}

// markedText writes words with those in a tag that changed. Where that is too long, words far
// from a change are left out, and then the end.
func markedText(words []string, changed []bool, tag string, most int) string {
	var out strings.Builder
	marks, room := 0, most
	for _, p := range piecesOf(words, changed, keptWords(words, changed, most)) {
		switch {
		case room <= 0 || p.left:
			out.WriteString(" …")
			if room <= 0 {
				return out.String()
			}
			continue
		case p.changed:
			marks++
		}
		text := strings.TrimLeft(p.text, space)
		out.WriteString(p.text[:len(p.text)-len(text)])
		if text = html.EscapeString(Cut(text, room)); p.changed && marks <= mostMarks {
			text = "<" + tag + ">" + text + "</" + tag + ">"
		}
		out.WriteString(text)
		room -= Units(p.text)
	}
	return out.String()
}

const space = " \t\r\n"

// keptWords are all words, or, where they are too long, those near a change and the first ones.
func keptWords(words []string, changed []bool, most int) []bool {
	kept := make([]bool, len(words))
	if Units(strings.Join(words, "")) <= most {
		fill(kept)
		return kept
	}
	fill(kept[:min(keptAround, len(kept))])
	for i, is := range changed {
		if is {
			fill(kept[max(0, i-keptAround):min(len(kept), i+keptAround+1)])
		}
	}
	return kept
}

// piece is a row of words of one sort.
type piece struct {
	text          string
	changed, left bool // left out
}

func piecesOf(words []string, changed, kept []bool) (all []piece) {
	for i, word := range words {
		p := piece{word, changed[i], !kept[i]}
		if last := len(all) - 1; last >= 0 && all[last].changed == p.changed && all[last].left == p.left {
			all[last].text += word
		} else {
			all = append(all, p)
		}
	}
	return all
}
