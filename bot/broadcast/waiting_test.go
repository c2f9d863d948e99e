package broadcast

import (
	"testing"
	"time"

	"kabarchy/subscriptions"
)

// bishkekHouse runs a test in a house of the ministry's zone, on miniredis and on a real
// server, both in virtual time: a bubble begins at six in the morning in Bishkek.
func bishkekHouse(t *testing.T, f func(t *testing.T, h *house)) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.options.Zone = bishkek
		f(t, h)
	})
}

// sleepUntil lets the time pass until the next time that a clock in Bishkek shows an
// hour and a minute.
func sleepUntil(hour, minute int) {
	now := time.Now().In(bishkek)
	to := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, bishkek)
	if !to.After(now) {
		to = to.AddDate(0, 0, 1)
	}
	time.Sleep(to.Sub(now))
}

// prefer changes a chat's preferences.
func (h *house) prefer(chat int64, change func(p *subscriptions.Preferences)) {
	h.tb.Helper()
	_, err := h.store.Update(h.tb.Context(), chat, func(p *subscriptions.Preferences, _ bool) { change(p) })
	if err != nil {
		h.tb.Fatal(err)
	}
}

// resting waits until the only running broadcast waits for its next walk, after so many.
func (h *house) resting(walks int) {
	h.tb.Helper()
	h.until("the broadcast rests", func() bool {
		running, err := h.engine.plans.running(h.tb.Context())
		return err == nil && len(running) == 1 && running[0].Wake > 0 && running[0].Round == walks
	})
}

func TestWhoWaitsForTheMorningGetsItThen(t *testing.T) {
	bishkekHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", 1, 2, 3)
		wait := func(from, to int) func(*subscriptions.Preferences) {
			return func(p *subscriptions.Preferences) {
				p.Quiet = subscriptions.Quiet{From: from, To: to, Wait: true}
			}
		}
		h.prefer(2, wait(22, 7))
		h.prefer(3, wait(22, 8))
		sleepUntil(23, 0)
		stop := h.run()
		h.publish("ky", "Жаңылык")
		h.resting(1)
		h.wantTitles(map[int64][]string{1: {"Жаңылык"}})

		stop() // a night costs the test less without an engine that looks every second
		sleepUntil(6, 50)
		stop = h.run()
		sleepUntil(6, 59)
		if n := h.phones.count(2); n != 0 {
			t.Errorf("who waits till seven has %d messages before", n)
		}
		sleepUntil(7, 1)
		h.resting(2)
		h.wantTitles(map[int64][]string{1: {"Жаңылык"}, 2: {"Жаңылык"}})
		stop()
		sleepUntil(7, 59)
		defer h.run()()
		sleepUntil(8, 1)
		h.quiet()
		h.wantTitles(map[int64][]string{1: {"Жаңылык"}, 2: {"Жаңылык"}, 3: {"Жаңылык"}})
	})
}

func TestWhoReadsTwoLanguagesGetsTheMainEdition(t *testing.T) {
	bishkekHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", 1, 2)
		h.prefer(1, func(p *subscriptions.Preferences) { p.Languages = []string{"ky", "ru"} })
		h.prefer(2, func(p *subscriptions.Preferences) { p.Languages = []string{"ru", "ky"} })
		defer h.run()()
		// The same number in the two addresses makes them editions of one item.
		h.site.number("Жаңылык", 7)
		h.site.number("Новость", 7)
		h.publish("ru", "Новость")
		h.until("who prefers Russian has it", func() bool { return h.phones.count(2) == 1 })
		h.publish("ky", "Жаңылык")
		h.until("who prefers Kyrgyz has it", func() bool { return h.phones.count(1) == 1 })
		h.quiet()
		// Only an edition in the second language comes after some patience.
		h.publish("ru", "Только по-русски")
		time.Sleep(editionPatience - time.Second)
		h.wantTitles(map[int64][]string{1: {"Жаңылык"}, 2: {"Новость", "Только по-русски"}})
		h.quiet()
		h.wantTitles(map[int64][]string{1: {"Жаңылык", "Только по-русски"}, 2: {"Новость", "Только по-русски"}})
	})
}

func TestDigestBringsTheDaysItemsAtItsHour(t *testing.T) {
	bishkekHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", 1, 2, 3)
		at := func(hour int) func(p *subscriptions.Preferences) {
			return func(p *subscriptions.Preferences) {
				p.When = subscriptions.When{Rhythm: subscriptions.Daily, Hour: hour}
			}
		}
		h.prefer(2, at(8))
		h.prefer(3, at(9))
		stop := h.run()
		h.publish("ky", "Биринчи")
		time.Sleep(time.Minute)
		h.publish("ky", "Экинчи")
		h.quiet()
		stop()
		sleepUntil(7, 58)
		stop = h.run()
		sleepUntil(7, 59)
		h.wantTitles(map[int64][]string{1: {"Биринчи", "Экинчи"}})
		stop()
		sleepUntil(8, 1)
		stop = h.run()
		time.Sleep(10 * time.Second)
		h.quiet()
		want := map[int64][]string{1: {"Биринчи", "Экинчи"}, 2: {"1/2 Экинчи", "2/2 Биринчи"}}
		h.wantTitles(want)
		stop() // the same hour again
		stop = h.run()
		time.Sleep(time.Minute)
		h.wantTitles(want)
		stop()
		sleepUntil(8, 59)
		stop = h.run()
		sleepUntil(9, 1)
		h.quiet()
		if n := h.phones.count(3); n != 2 {
			t.Errorf("%d messages in the next digest, want 2", n)
		}
		stop()
		sleepUntil(8, 30) // an empty day
		stop = h.run()
		time.Sleep(10 * time.Second)
		h.quiet()
		stop()
		if n := h.phones.count(2); n != 2 {
			t.Errorf("%d messages after an empty day, want 2", n)
		}
	})
}
