package bottest

import (
	"fmt"
	"strings"

	"kabarchy/bot/simulator"
)

// Draw writes a message as lines: its picture, its text, its rows of buttons.
func Draw(m simulator.Message) string {
	var out strings.Builder
	if m.Photo != "" {
		fmt.Fprintf(&out, "| 🖼 %s\n", m.Photo)
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
			fmt.Fprintf(&out, " [%s]", b.Text)
		}
		out.WriteString("\n")
	}
	return out.String()
}
