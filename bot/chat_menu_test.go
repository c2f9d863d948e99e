package bot_test

import (
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/simulator"
)

// TestTheMenuFollowsTheLanguage that somebody has chosen, on a phone in another, behind the
// answer and in spite of a Telegram that has them wait; it goes with what is kept of them.
func TestTheMenuFollowsTheLanguage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.start()
		if err := h.bot.Introduce(t.Context()); err != nil {
			t.Fatal(err)
		}
		citizen := h.telegram.Citizen("Айгүл", "ru")
		menu := func(want string) {
			t.Helper()
			h.eventually("the menu begins with "+want, func() bool { return h.telegram.Commands(citizen.Chat, "ru")[0].Description == want })
		}
		h.telegram.Fault(simulator.Fault{Methods: []string{"setMyCommands"}, Next: 2, Refuse: simulator.TooMany(3)})
		h.says(citizen, "/start ky", "Жазылдыңыз")
		menu("Последние новости")
		time.Sleep(10 * time.Second)
		menu("Акыркы жаңылыктар")
		h.says(citizen, "/language", "Кайсы тилди")
		h.presses(citizen, "English")
		menu("The latest news")
		h.says(citizen, "/language", "Which language")
		h.presses(citizen, "Русский")
		menu("Последние новости")
		h.says(citizen, "/start ky", "жазылгансыз")
		menu("Акыркы жаңылыктар")
		h.says(citizen, "/forget", "өчүрүлсүнбү")
		h.presses(citizen, "Ооба, өчүрүү")
		menu("Последние новости")
	})
}

// TestAMenuThatFitsIsLeftAlone: who chooses the language of their phone costs no call.
func TestAMenuThatFitsIsLeftAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		calls := 0
		h.telegram.Fault(simulator.Fault{Methods: []string{"setMyCommands", "deleteMyCommands"}, Match: func(simulator.Request) bool {
			calls++
			return false
		}})
		h.start()
		for phone, language := range map[string]string{"ky": "ky", "ru-RU": "ru", "de": "en", "": "en"} {
			citizen := h.telegram.Citizen("Айгүл", phone)
			citizen.Send("/start " + language)
			citizen.Send("/start")
			h.settled()
		}
		if calls != 0 {
			t.Errorf("%d menus were changed", calls)
		}
	})
}
