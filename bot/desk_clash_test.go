package bot_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"kabarchy/bot"
	"kabarchy/bot/desk"
	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
)

// TestTwoOfficersAtOneText: the later one is shown both texts, and decides; nothing is lost
// without a word.
func TestTwoOfficersAtOneText(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, _, _ *simulator.Citizen) {
		t := n.t
		other := n.comes("Э. Садыкова", "en", desk.Officer)
		n.opens()
		n.writes(officer, "Legal aid\n\nIn Osh, on Monday.")
		other.Send("/desk")
		n.quiet()
		n.does(other, "📥 Waiting (1)", "📝 Legal aid", "✏️ English")
		n.does(officer, "✏️ English")
		n.replies(officer, "Legal aid\n\nIn Osh, on Tuesday.")
		n.does(officer, "♻️ Replace")
		n.replies(other, "Legal aid\n\nIn Osh, on Wednesday.")
		clash := lastScreen(other)
		for _, want := range []string{"А. Осмонова has just changed this text", "In Osh, on Tuesday.", "In Osh, on Wednesday."} {
			if !strings.Contains(clash.Text, want) {
				t.Errorf("the later one is not shown %q: %s", want, clash.Text)
			}
		}
		// Meanwhile the first one changes it once more: what was decided was decided of another text.
		n.does(officer, "✏️ English")
		n.replies(officer, "Legal aid\n\nIn Osh, on Friday.")
		n.does(officer, "♻️ Replace")
		n.does(other, "♻️ Replace")
		if again := lastScreen(other); !strings.Contains(again.Text, "on Friday.") || !strings.Contains(again.Text, "on Wednesday.") {
			t.Errorf("the later one is shown %s", again.Text)
		}
		n.does(other, "➕ Add below")
		text := func() string {
			open, err := n.office.Open(t.Context())
			if err != nil || len(open) != 1 {
				t.Fatalf("%d cases, %v", len(open), err)
			}
			return telegram.JSON(open[0].Texts["en"])
		}
		if got := text(); !strings.Contains(got, "on Friday.") || !strings.Contains(got, "on Wednesday.") || strings.Contains(got, "on Tuesday.") {
			t.Errorf("the text is %s", got)
		}
		n.does(officer, "✏️ English")
		n.replies(officer, "Another")
		n.does(officer, "🗄 Keep what is there")
		if got := text(); strings.Contains(got, "Another") {
			t.Errorf("the text is %s", got)
		}
	})
}

// TestTwoOfficersAtOnePicture: the clash is said to be about the picture alone, and ends when one of
// them is chosen; also where there is no text.
func TestTwoOfficersAtOnePicture(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, _, _ *simulator.Citizen) {
		t := n.t
		other := n.comes("Э. Садыкова", "en", desk.Officer)
		n.opens()
		n.writes(officer, "Legal aid\n\nIn Osh, on Monday.")
		for _, language := range []string{"✏️ English", "➕ Русский"} { // of the second there is no text
			other.Send("/desk")
			n.quiet()
			n.does(other, "📥 Waiting (1)", "📝 Legal aid", language)
			n.does(officer, language)
			n.shows(officer, "a")
			n.shows(other, "b")
			if m := lastScreen(other); !strings.Contains(m.Text, "🖼 А. Осмонова has just changed the picture. Which one stays?") || strings.Contains(m.Text, "text") ||
				labelsOf(m) != "♻️ Replace · 🗄 Keep what is there" {
				t.Errorf("the later one is shown %s %s", m.Text, labelsOf(m))
			}
			open, err := n.office.Open(t.Context())
			n.does(other, "♻️ Replace")
			after, errAfter := n.office.Open(t.Context())
			if err != nil || errAfter != nil || open[0].Picture == after[0].Picture || after[0].Texts["en"].Title != "Legal aid" {
				t.Errorf("the case was %+v and is %+v, %v", open, after, errors.Join(err, errAfter))
			}
		}
	})
}

// TestUrgentProposesItsTopic, where the configuration has one.
func TestUrgentProposesItsTopic(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, _, _ *simulator.Citizen) {
		n.more = func(o *bot.Options) {
			o.Topics = slices.Clone(o.Topics)
			o.Topics[1].Urgent = true // Vacancies
		}
		n.opens()
		n.writes(officer, "A flood\n\nLeave the river bank.")
		if labels := labelsOf(lastScreen(officer)); strings.Contains(labels, "Vacancies") {
			n.t.Errorf("an ordinary one proposes it: %s", labels)
		}
		n.does(officer, "⚡ Make it urgent")
		n.does(officer, "🏷 Vacancies")
		if m := lastScreen(officer); !strings.Contains(m.Text, "🏷 Vacancies\n⚡ Urgent") || strings.Contains(labelsOf(m), "Vacancies") {
			n.t.Errorf("the card is %s %s", m.Text, labelsOf(m))
		}
	})
}

// lastScreen is the last message of the bot's on somebody's phone.
func lastScreen(c *simulator.Citizen) (last simulator.Message) {
	for _, m := range c.Messages() {
		if m.Bot {
			last = m
		}
	}
	return last
}

// labelsOf are what is written on a message's buttons.
func labelsOf(m simulator.Message) string {
	var all []string
	for _, row := range m.Keyboard {
		for _, b := range row {
			all = append(all, b.Text)
		}
	}
	return strings.Join(all, " · ")
}
