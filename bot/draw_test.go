package bot_test

import (
	"testing"

	"kabarchy/bot/bottest"
	"kabarchy/bot/simulator"
)

func TestDraw(t *testing.T) {
	t.Parallel()
	m := simulator.Message{
		Photo: "https://minjust.gov.kg/a.jpg", File: &simulator.File{Name: "a.csv"}, Text: "a\n\nb", Preview: "https://minjust.gov.kg/",
		Keyboard: [][]simulator.Button{{{Text: "✋", Style: "danger"}, {Text: "⬅️"}}, {{Text: "c"}}}, Question: &simulator.Question{Placeholder: "Аталышы"},
	}
	const want = "| 🖼 https://minjust.gov.kg/a.jpg\n| 📎 a.csv\n| a\n| \n| b\n| 🖼 https://minjust.gov.kg/\n" +
		"| [✋]danger [⬅️]\n| [c]\n| ⌨️ Аталышы\n"
	if got := bottest.Draw(m); got != want {
		t.Errorf("drawn as\n%s", got)
	}
}
