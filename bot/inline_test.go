package bot_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/bottest"
	"kabarchy/bot/simulator"
	"kabarchy/subscriptions/redistest"
)

func TestAnItemIsSharedFromAnyChat(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
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
	if got := r.Message.Keyboard[0][0].URL; got != "https://t.me/kabarchy_bot?start=read-"+r.ID {
		h.t.Errorf("its button opens %q", got)
	}
}

// TestOneBadThumbnailCostsThePicturesAlone: Telegram refuses all results where it does not
// take the address of one thumbnail, and perhaps goes on to refuse what stands without any.
func TestOneBadThumbnailCostsThePicturesAlone(t *testing.T) {
	t.Parallel()
	for name, refused := range map[string]func(results string) bool{
		"the pictures alone": nil,
		"the buttons":        func(results string) bool { return strings.Contains(results, "reply_markup") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := open(t, redistest.Bubble(t).Client(t), simulator.Options{Limits: simulator.TelegramLimits})
				bad := bottest.Sample("ky", 1)
				bad.Picture = "https://minjust/1.jpg" // no server of that name is in the world
				h.shelf.put(bad, bottest.Sample("ky", 2))
				if refused != nil {
					h.telegram.Fault(simulator.Fault{Methods: []string{"answerInlineQuery"}, Refuse: simulator.WebDocument, Match: func(r simulator.Request) bool {
						return refused(r.Params["results"])
					}})
				}
				answer := h.offered(h.telegram.Citizen("Айгүл", "ky").InlineQuery("", ""))
				if len(answer.Results) != 2 || answer.Results[1].Thumbnail != "" {
					t.Errorf("offered are %+v", answer.Results)
				}
				for _, r := range answer.Results {
					if buttons := r.Message.Keyboard != nil; buttons != (refused == nil) {
						t.Errorf("%q has buttons: %v", r.Title, buttons)
					}
				}
			})
		})
	}
}

// TestAnEmptyQueryOffersWhatThereIs: the phone speaks a language in which nothing is published.
func TestAnEmptyQueryOffersWhatThereIs(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		h.shelf.put(bottest.Sample("ru", 1))
		for _, phone := range []string{"en", "ky", "ru", "", "de"} {
			answer := h.offered(h.telegram.Citizen("John", phone).InlineQuery("", ""))
			if len(answer.Results) != 1 {
				t.Errorf("a phone in %q is offered %+v", phone, answer.Results)
			}
		}
	})
}

// TestOfSixteenQuickQueriesTheLastIsAnswered: what is typed before it is given up, also while
// Redis has everything wait.
func TestOfSixteenQuickQueriesTheLastIsAnswered(t *testing.T) {
	t.Parallel()
	bothWaysOn(t, simulator.Options{Limits: simulator.TelegramLimits}, func(h *fixture) {
		h.shelf.put(bottest.Sample("ru", 1))
	}, func(t *testing.T, h *fixture, mini *redistest.Embedded) {
		typist := h.telegram.Citizen("Бакыт", "ru")
		mini.Refuse(func([]string) string { return "LOADING Redis is loading the dataset in memory" })
		var last *simulator.InlineQuery
		for n := range 16 {
			last = typist.InlineQuery("юридической"[:2*(n%8)+4], "")
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(time.Second)
		mini.Refuse(nil)
		if answer := h.offered(last); len(answer.Results) != 1 {
			t.Errorf("what was typed last has %d results", len(answer.Results))
		}
		h.settled()
	})
}
