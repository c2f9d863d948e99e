package render

import (
	"html"
	"slices"
	"strings"
)

// What a small phone shows of a chat at Telegram's largest letters, on 360 by 800 points: so many
// lines of so many signs. Of a quote that opens at a tap it shows three lines.
const (
	ScreenLines = 18
	LineSigns   = 18
	quoteLines  = 3
)

// Fold has a text in Telegram's HTML stay under a screen at the largest letters: what does not
// fit opens at a tap. The foot is seen in any case; it is empty for none. What is folded
// already stays as it is.
func Fold(text, foot string) string {
	whole := JoinFilled("\n\n", text, foot)
	if strings.Contains(whole, expandable) || lines(WithoutTags(whole)) <= ScreenLines {
		return whole
	}
	room := ScreenLines - quoteLines
	if foot != "" {
		room -= 1 + lines(WithoutTags(foot))
	}
	end, next := foldAt(WithoutTags(text), max(room, quoteLines))
	first, rest := splitHTML(text, end, next)
	return JoinFilled("\n\n", first+"\n"+expandable+rest+"</blockquote>", foot)
}

const expandable = "<blockquote expandable>"

// lines is how many lines a text takes.
func lines(text string) int {
	n, _ := wrapped(text, len(text)+1)
	return n
}

// wrapped is how many lines a text takes, and where the word ends that is the last one on the
// line of that number.
func wrapped(text string, line int) (count, end int) {
	at := 0
	for one := range strings.SplitSeq(text, "\n") {
		count++
		column := 0
		for word := range strings.FieldsSeq(one) {
			size := Units(word)
			if column > 0 && column+1+size > LineSigns {
				count, column = count+1, 0
			} else if column > 0 {
				column++
			}
			column += size
			count, column = count+(column-1)/LineSigns, (column-1)%LineSigns+1 // a long word goes on
			if count <= line {
				end = at + strings.Index(text[at:], word) + len(word)
			}
			at += strings.Index(text[at:], word) + len(word)
		}
	}
	return count, end
}

// foldAt is where a text is parted of which so many lines are seen, and where its rest begins: at
// the end of a paragraph where that leaves most of it to be seen, or else as breakAt parts it.
func foldAt(text string, seen int) (end, next int) {
	_, limit := wrapped(text, seen)
	paragraph := strings.LastIndex(text[:limit], "\n\n")
	switch {
	case limit == 0: // one word that is longer
		return breakAt(text, seen*LineSigns)
	case paragraph > limit*2/3:
		return paragraph, paragraph + len("\n\n")
	}
	return breakAt(text, Units(text[:limit]))
}

// splitHTML parts Telegram's HTML by the bytes of its text: what ends at one, and what begins at
// the next. A tag that is open there is closed and opened anew. The rest is for a quote, which
// holds no other.
func splitHTML(source string, end, next int) (first, rest string) {
	var head, tail strings.Builder
	var open []string // the tags, as they are written
	at, parted := 0, false
	for tagged := true; tagged; {
		var escaped, tag string
		escaped, source, tagged = strings.Cut(source, "<")
		text := html.UnescapeString(escaped)
		upTo, from := clamp(end-at, text), clamp(next-at, text)
		head.WriteString(html.EscapeString(text[:upTo]))
		if at += len(text); at > end && !parted {
			parted = true
			for _, t := range open {
				tail.WriteString(inQuote(t))
			}
			for _, t := range slices.Backward(open) {
				name, _, _ := strings.Cut(t, " ")
				head.WriteString("</" + name + ">")
			}
		}
		tail.WriteString(html.EscapeString(text[from:]))
		if !tagged {
			break
		}
		if tag, source, _ = strings.Cut(source, ">"); strings.HasPrefix(tag, "/") {
			open = open[:len(open)-1]
		} else {
			open = append(open, tag)
		}
		if parted {
			tail.WriteString(inQuote(tag))
		} else {
			head.WriteString("<" + tag + ">")
		}
	}
	return head.String(), tail.String()
}

// inQuote is a tag as it is written in a quote; empty for that of another one.
func inQuote(tag string) string {
	if strings.HasSuffix(tag, "blockquote") {
		return ""
	}
	return "<" + tag + ">"
}

// clamp is an index of the text that may be beyond it.
func clamp(i int, text string) int { return min(max(i, 0), len(text)) }
