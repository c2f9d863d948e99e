package bot_test

import (
	"slices"
	"strings"
	"testing"

	"kabarchy/bot/desk/report"
	"kabarchy/bot/simulator"
)

// TestAPosterWithANameOfItsOwn: an officer gets the link in words and as a picture; nobody
// else does, and what is no name makes none.
func TestAPosterWithANameOfItsOwn(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, _, _ *simulator.Citizen) {
		t := n.t
		stranger := n.telegram.Citizen("Гүлнара", "en")
		n.opens()
		n.says(stranger, "/start en", "subscribed")
		for _, c := range []*simulator.Citizen{officer, stranger} {
			for _, label := range []string{"osh-bus", "Osh Bus", "", "<b>", strings.Repeat("x", 25)} {
				c.Send("/desk poster " + label)
				n.quiet()
			}
		}
		made, err := report.Posters(t.Context(), n.rdb)
		if err != nil || !slices.Equal(made, []string{"osh-bus"}) {
			t.Errorf("posters %q, %v", made, err)
		}
		var words, pictures int
		for _, m := range officer.Messages() {
			if m.Bot && strings.Contains(m.Text, "start=from-osh-bus") {
				words++
			}
			if m.Photo != "" && strings.HasSuffix(m.Text, "start=from-osh-bus") {
				pictures++
			}
		}
		if got := strings.Count(transcriptOf(officer), "has 1 to 24 characters"); got != 4 {
			t.Errorf("what a name may be stands %d times on the screen: %s", got, transcriptOf(officer))
		}
		if words != 2 || pictures != 1 {
			t.Errorf("%d messages, %d pictures: %s", words, pictures, transcriptOf(officer))
		}
		if said := transcriptOf(stranger); strings.Contains(said, "from-osh-bus") {
			t.Errorf("a stranger got it: %s", said)
		}
	})
}
