package bottest

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"kabarchy/bot/simulator"
)

// Draw writes a message as lines: its picture or file, its text, its rows of buttons, each
// with its style if it has one, and the line for an answer that it opens. What opens at a tap
// stands behind a broken line; what is said by the reader's clock stands below, by that of London.
func Draw(m simulator.Message) string {
	var out strings.Builder
	if m.Photo != "" {
		fmt.Fprintf(&out, "| 🖼 %s\n", m.Photo)
	}
	if m.File != nil {
		fmt.Fprintf(&out, "| 📎 %s\n", m.File.Name)
	}
	for line, folded := range eachLine(m) {
		mark := "|"
		if folded {
			mark = "| ┆"
		}
		fmt.Fprintf(&out, "%s %s\n", mark, line)
	}
	text := utf16.Encode([]rune(m.Text))
	for _, e := range m.Entities {
		if e.Type == "date_time" {
			words := string(utf16.Decode(text[e.Offset : e.Offset+e.Length]))
			fmt.Fprintf(&out, "| ⏱ %s: %s\n", words, time.Unix(e.UnixTime, 0).UTC().Format(time.DateTime))
		}
	}
	if m.Preview != "" {
		fmt.Fprintf(&out, "| 🖼 %s\n", m.Preview)
	}
	for _, row := range m.Keyboard {
		out.WriteString("|")
		for _, b := range row {
			fmt.Fprintf(&out, " [%s]%s", b.Text, b.Style)
		}
		out.WriteString("\n")
	}
	if m.Question != nil {
		fmt.Fprintf(&out, "| ⌨️ %s\n", m.Question.Placeholder)
	}
	return out.String()
}

// OnAScreen reports whether a small phone shows all of a message at Telegram's largest letters as
// long as nobody has tapped on it: 18 lines of 18 signs, three of them of what opens at a tap.
func OnAScreen(m simulator.Message) bool {
	const signs, screen, quote = 18, 18, 3
	seen, opens := 0, 0
	for line, folded := range eachLine(m) {
		if size := max(1, (len(utf16.Encode([]rune(line)))+signs-1)/signs); folded {
			opens += size
		} else {
			seen += size
		}
	}
	return seen+min(opens, quote) <= screen
}

// eachLine goes over the lines of a message's text: each, and whether it opens at a tap.
func eachLine(m simulator.Message) iter.Seq2[string, bool] {
	return func(yield func(string, bool) bool) {
		at := 0
		for line := range strings.Lines(m.Text) {
			if !yield(strings.TrimRight(line, "\n"), folded(m, at)) {
				return
			}
			at += len(utf16.Encode([]rune(line)))
		}
	}
}

// folded reports whether what stands at that UTF-16 unit of the text opens at a tap.
func folded(m simulator.Message, at int) bool {
	return slices.ContainsFunc(m.Entities, func(e simulator.Entity) bool {
		return e.Type == "expandable_blockquote" && e.Offset <= at && at < e.Offset+e.Length
	})
}
