package bot_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"kabarchy/bot/bottest"
	"kabarchy/bot/simulator"
	"kabarchy/subscriptions/redistest"
)

func TestAnItemIsSharedFromAnyChat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		h := open(t, rdb, simulator.Options{})
		h.shelf.put(bottest.Sample("ky", 1), bottest.Sample("ru", 1))
		law := bottest.Item("llllllllllllllll", "ru", "Новый <закон>")
		law.Picture = "https://minjust.gov.kg/1.jpg"
		h.shelf.put(law)
		citizen := h.telegram.Citizen("Айгүл", "ky")
		h.says(citizen, "/start", "Здравствуйте")
		for query, want := range map[string][]string{
			"":                       {"Акысыз юридикалык жардам борбору ачылды (1)"},
			"zakon":                  {"Новый <закон>"},
			"юрид":                   {"Акысыз юридикалык жардам борбору ачылды (1)", "Открыт центр бесплатной юридической помощи (1)"},
			"ерунда":                 nil,
			"😀":                      nil,
			strings.Repeat("ы", 256): nil,
		} {
			ctx, cancel := context.WithTimeout(t.Context(), wait)
			defer cancel()
			answer, err := citizen.InlineQuery(query, "").Answer(ctx)
			if err != nil {
				t.Fatalf("%q: %v\nlog:\n%s", query, err, h.log)
			}
			for _, r := range answer.Results {
				h.shared(r)
			}
			var got []string
			for _, r := range answer.Results {
				got = append(got, r.Title)
			}
			if strings.Join(got, "|") != strings.Join(want, "|") {
				t.Errorf("%q offers %q, not %q", query, got, want)
			}
		}
	})
}

// shared fails the test unless the result, once sent, reads as the item's alert does and
// leads into the chat with the bot.
func (h *fixture) shared(r simulator.InlineResult) {
	h.t.Helper()
	if !strings.Contains(r.Message.Text, r.Title) || !strings.Contains(r.Message.Text, "2018") {
		h.t.Errorf("it reads %q", r.Message.Text)
	}
	if got := r.Message.Keyboard[0][0].URL; got != "https://t.me/kabarchy_bot?start=item-"+r.ID {
		h.t.Errorf("its button opens %q", got)
	}
}
