package bot_test

import (
	"strings"
	"testing"

	"kabarchy/bot"
)

// TestContactsPromiseNothingThatIsNotThere: whatever of the contacts is configured, no answer
// names a way that leads nowhere, and none has an empty line at its end.
func TestContactsPromiseNothingThatIsNotThere(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		anna := h.telegram.Citizen("Anna", "en")
		h.says(anna, "/start en", "You are subscribed")
		hours := map[string]string{"ky": "9–18", "ru": "9–18", "en": "9–18"}
		site, ministry := "through its website", "the ministry itself"
		for _, test := range []struct {
			contacts bot.Contacts
			site     string
			says     string // empty for nothing of turning to anybody
			lines    int
		}{
			{bot.Contacts{}, "https://ministry.example", site, 0},
			{bot.Contacts{Hours: hours}, "https://ministry.example", site, 0},
			{bot.Contacts{Site: "https://ministry.example/write"}, "", site, 0},
			{bot.Contacts{Hours: hours}, "", "", 0},
			{bot.Contacts{Email: "a@ministry.example"}, "", ministry, 1},
			{bot.Contacts{Email: "a@ministry.example", Hours: hours}, "https://ministry.example", ministry, 1},
			{bot.Contacts{Address: hours, Hours: hours}, "", ministry, 2},
			{bot.Contacts{Phones: []string{"1234", "1235"}, Hours: hours}, "", ministry, 2},
		} {
			h.change = func(o *bot.Options) { o.Ministry.Contacts, o.Ministry.Site = test.contacts, test.site }
			h.restart()
			anna.Send("Hello")
			h.settled()
			messages := anna.Messages()
			shown := messages[len(messages)-1]
			_, turn, says := strings.Cut(shown.Text, "If you have a question")
			if says != (test.says != "") || !strings.Contains(turn, test.says) || strings.Count(turn, "\n") != test.lines ||
				strings.TrimSpace(shown.Text) != shown.Text {
				t.Errorf("%+v: %q", test, shown.Text)
			}
			for _, row := range shown.Keyboard {
				if b := row[0]; test.site == "" && test.contacts.Site == "" && b.URL != "" {
					t.Errorf("%+v: a button leads to %q", test, b.URL)
				}
			}
		}
	})
}
