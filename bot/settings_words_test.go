package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
)

// TestWordsAnywayTyped: whatever somebody sends in the place of a word, what is kept are at
// most five real ones; what a button does twice it does once.
func TestWordsAnywayTyped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.start()
		c := h.telegram.Citizen("Айгүл", "ru")
		follows := func(what string, want ...string) {
			t.Helper()
			h.keeps(c.ID(), what, func(p subscriptions.Preferences, _ bool) bool { return slices.Equal(p.Words, want) })
		}
		message := h.says(c, "/start ru", "Вы подписались").ID
		sends := func(data string) {
			t.Helper()
			tap, err := c.TapRaw(message, data)
			if err != nil {
				t.Fatal(err)
			}
			h.answered(tap)
		}
		for _, word := range []string{
			"а", "да", "или", "<b>закон</b>", " закон", "закон ", "за  кон", "…", "", "закон\n", "зак\u0301он", "🔔🔔🔔", "\u202eноказ",
			strings.Repeat("z", 41),
		} {
			sends("set:word:on:" + word)
			sends("set:word:spelt:" + word)
		}
		for _, word := range []string{"_", "A", "_ABC", "ABC_", "A__BC", "OC", strings.Repeat("A", 41), "ABC🔔"} {
			sends("set:word:spelt:" + word)
		}
		follows("nothing that is no word")
		sends("set:word:on:зaкoн") // two of the letters are Latin
		sends("set:word:on:закон")
		sends("set:word:on:Zakon")
		follows("one word, however it is spelt", "зaкoн")
		for n := range 100 {
			sends(fmt.Sprintf("set:word:on:слово%d", n))
		}
		five := []string{"зaкoн", "слово0", "слово1", "слово2", "слово3"}
		follows("five words", five...)
		h.says(c, "/settings", "Настройки")
		h.presses(c, "🔔 Мои слова: 5")
		h.until(c.Chat, "Больше добавить нельзя")
		off := c.Messages()[len(c.Messages())-1].Keyboard[0][0].Data
		sends(off)
		sends(off)
		follows("the first word was given up once", five[1:]...)
		sends("set:word:off:zzzz")
		sends("set:word:only")
		h.keeps(c.ID(), "no topic, only words", func(p subscriptions.Preferences, _ bool) bool { return p.Topics == subscriptions.Only() })
		sends("set:news:ky:main")
		h.says(c, "/stop", "Точно отписаться")
		sends("stop:yes")
		sends("return")
		follows("they stay where somebody leaves and comes back", five[1:]...)
		sends("set:word:also")
		h.keeps(c.ID(), "all topics", func(p subscriptions.Preferences, _ bool) bool { return p.Topics.All() })
		sends("set:word:only")
		h.giveUp(c, message, sends)
		h.keeps(c.ID(), "who gives up the last word has all topics", func(p subscriptions.Preferences, _ bool) bool {
			return len(p.Words) == 0 && p.Topics.All()
		})
		sends("set:word:on:закон")
		sends("forget:yes")
		h.keeps(c.ID(), "nothing", func(p subscriptions.Preferences, known bool) bool { return !known && p.Words == nil })
	})
}

// giveUp gives up all words, on the screen in that message.
func (h *fixture) giveUp(c *simulator.Citizen, message int64, sends func(data string)) {
	h.t.Helper()
	sends("show:words")
	for {
		p, _, err := h.store.Get(h.t.Context(), c.ID())
		if err != nil || len(p.Words) == 0 {
			return
		}
		for _, m := range c.Messages() {
			if m.ID == message {
				time.Sleep(readingTakes)
				sends(m.Keyboard[0][0].Data)
			}
		}
	}
}

// TestGroupsFollowNoWords: they are not offered any, and a forged press is out of date.
func TestGroupsFollowNoWords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.start()
		c := h.telegram.Citizen("Айгүл", "ru")
		g := h.telegram.Group("Айыл", c)
		g.AddBot(c, simulator.AllRights)
		message := h.until(g.Chat, "Выберите язык").ID
		for _, data := range []string{"subscribe:ru", "set:word:on:закон"} {
			tap, err := g.TapRaw(c, message, data)
			if err != nil {
				t.Fatal(err)
			}
			h.answered(tap)
		}
		h.keeps(g.ID(), "no word", func(p subscriptions.Preferences, known bool) bool { return known && p.Words == nil })
	})
}
