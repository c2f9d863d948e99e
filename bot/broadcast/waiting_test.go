package broadcast

import (
	"fmt"
	"testing"
	"time"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

func TestWhoWaitsForTheMorningGetsItThen(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", 1, 2, 3)
		h.sleeps(2, 22, 7)
		h.sleeps(3, 22, 8)
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
	eachHouse(t, func(t *testing.T, h *house) {
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
		h.correct("ky", "Жаңылык", "Оңдолгон.") // the editions share a ledger
		h.quiet()
		shows := h.phones.all()
		if k, r := shows[1][0].text, shows[2][0].text; k != "Оңдолгон." || r != "Текст." {
			t.Errorf("after the correction of one edition they show %q and %q", k, r)
		}
		// Only an edition in the second language comes after some patience.
		h.publish("ru", "Только по-русски")
		time.Sleep(mainEditionWait - time.Second)
		h.wantTitles(map[int64][]string{1: {"Жаңылык"}, 2: {"Новость", "Только по-русски"}})
		h.quiet()
		h.wantTitles(map[int64][]string{1: {"Жаңылык", "Только по-русски"}, 2: {"Новость", "Только по-русски"}})
	})
}

func TestDigestBringsTheDaysItemsAtItsHour(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
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

// lateNews has an item come at eleven in the evening. The first reader has it then, the
// second waits for seven o'clock; nobody is at work after that.
func (h *house) lateNews() {
	h.tb.Helper()
	h.subscribe("ky", 1, 2)
	h.sleeps(2, 22, 7)
	sleepUntil(23, 0)
	stop := h.run()
	h.publish("ky", "Жаңылык")
	h.resting(1)
	stop()
}

// TestWhoWouldWaitForLongerThanTwoDaysGetsItSilently: nobody was at work in the mornings.
func TestWhoWouldWaitForLongerThanTwoDaysGetsItSilently(t *testing.T) {
	miniHouse(t, func(t *testing.T, h *house) {
		h.lateNews()
		time.Sleep(50 * time.Hour) // it is one o'clock at night
		defer h.run()()
		h.quiet()
		h.wantTitles(map[int64][]string{1: {"Жаңылык"}, 2: {"Жаңылык"}})
		if shows := h.phones.all()[2]; len(shows) != 1 || !shows[0].silent {
			t.Errorf("it shows %+v, want the item without a sound", shows)
		}
		if r := h.ended(1); r.Sent != 2 || r.Planned != 2 || r.ToGo != 0 {
			t.Errorf("the report is %+v", r)
		}
	})
}

// TestWalkOfMoreThanTwoDaysReachesWhoWaits: another walk follows at once, and nobody is
// asleep for that.
func TestWalkOfMoreThanTwoDaysReachesWhoWaits(t *testing.T) {
	t.Parallel()
	planned := time.Date(2026, 11, 23, 23, 0, 0, 0, bishkek)
	j := &job{plan: plan{Kind: News, PlannedAt: planned.UnixMilli()}}
	end := planned.Add(60 * time.Hour)
	j.lookAgain(end.Add(5 * time.Hour))
	if !j.nextWalk() || !j.walkDue(end) || j.current().Round != 1 {
		t.Errorf("no walk follows: %+v", j.current())
	}
	p := subscriptions.Preferences{
		Languages: []string{"ky"}, Quiet: subscriptions.Quiet{From: 0, To: 23, Wait: true},
	}
	item := feeds.Item{Language: "ky"}
	if got := (audience{zone: bishkek}).decide(p, &item, false, planned, end); got != sendNow {
		t.Errorf("who sleeps then: %v, want %v", got, sendNow)
	}
}

// TestProgressNamesABroadcastOnce has broadcasts end while it is asked for.
func TestProgressNamesABroadcastOnce(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", 1, 2)
		defer h.run()()
		for i := range 10 {
			h.publish("ky", fmt.Sprint("Жаңылык ", i))
			h.until("it is finished", func() bool {
				progress, err := h.engine.Progress(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				seen := map[int64]bool{}
				for _, p := range progress {
					if seen[p.ID] {
						t.Errorf("broadcast %d is named twice", p.ID)
					}
					seen[p.ID] = true
				}
				return len(progress) == i+1 && !progress[0].FinishedAt.IsZero()
			})
		}
	})
}
