package bottest

import (
	"fmt"
	"strings"

	"kabarchy/bot/simulator"
)

// Draw writes a message as lines: its picture or file, its text, its rows of buttons, each
// with its style if it has one, and the line for an answer that it opens.
func Draw(m simulator.Message) string {
	var out strings.Builder
	if m.Photo != "" {
		fmt.Fprintf(&out, "| 🖼 %s\n", m.Photo)
	}
	if m.File != nil {
		fmt.Fprintf(&out, "| 📎 %s\n", m.File.Name)
	}
	for line := range strings.Lines(m.Text) {
		fmt.Fprintf(&out, "| %s\n", strings.TrimRight(line, "\n"))
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
