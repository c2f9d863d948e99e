package broadcast

import (
	"fmt"
	"testing"
	"time"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

func TestWhoWaitsForTheMorningGetsItThen(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1, 2, 3)
		f.sleeps(2, 22, 7)
		f.sleeps(3, 22, 8)
		sleepUntil(23, 0)
		stop := f.run()
		f.publish("ky", "Жаңылык")
		f.resting(1)
		f.wantTitles(map[int64][]string{1: {"Жаңылык"}})

		stop() // a night costs the test less without an engine that looks every second
		sleepUntil(6, 50)
		stop = f.run()
		sleepUntil(6, 59)
		if n := f.phones.count(2); n != 0 {
			t.Errorf("who waits till seven has %d messages before", n)
		}
		sleepUntil(7, 1)
		f.resting(2)
		f.wantTitles(map[int64][]string{1: {"Жаңылык"}, 2: {"Жаңылык"}})
		stop()
		sleepUntil(7, 59)
		defer f.run()()
		sleepUntil(8, 1)
		f.quiet()
		f.wantTitles(map[int64][]string{1: {"Жаңылык"}, 2: {"Жаңылык"}, 3: {"Жаңылык"}})
	})
}

func TestWhoReadsTwoLanguagesGetsTheMainEdition(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1, 2)
		f.prefer(1, func(p *subscriptions.Preferences) { p.Languages = []string{"ky", "ru"} })
		f.prefer(2, func(p *subscriptions.Preferences) { p.Languages = []string{"ru", "ky"} })
		defer f.run()()
		// The same number in the two addresses makes them editions of one item.
		f.site.number("Жаңылык", 7)
		f.site.number("Новость", 7)
		f.publish("ru", "Новость")
		f.until("who prefers Russian has it", func() bool { return f.phones.count(2) == 1 })
		f.publish("ky", "Жаңылык")
		f.until("who prefers Kyrgyz has it", func() bool { return f.phones.count(1) == 1 })
		f.quiet()
		f.correct("ky", "Жаңылык", "Оңдолгон.") // the editions share a ledger
		f.quiet()
		shows := f.phones.all()
		if k, r := shows[1][0].text, shows[2][0].text; k != "Оңдолгон." || r != "Текст." {
			t.Errorf("after the correction of one edition they show %q and %q", k, r)
		}
		// Only an edition in the second language comes after some patience.
		f.publish("ru", "Только по-русски")
		time.Sleep(mainEditionWait - time.Second)
		f.wantTitles(map[int64][]string{1: {"Жаңылык"}, 2: {"Новость", "Только по-русски"}})
		f.quiet()
		f.wantTitles(map[int64][]string{1: {"Жаңылык", "Только по-русски"}, 2: {"Новость", "Только по-русски"}})
	})
}

func TestDigestBringsTheDaysItemsAtItsHour(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1, 2, 3)
		at := func(hour int) func(p *subscriptions.Preferences) {
			return func(p *subscriptions.Preferences) {
				p.When = subscriptions.When{Rhythm: subscriptions.Daily, Hour: hour}
			}
		}
		f.prefer(2, at(8))
		f.prefer(3, at(9))
		stop := f.run()
		f.publish("ky", "Биринчи")
		time.Sleep(time.Minute)
		f.publish("ky", "Экинчи")
		f.quiet()
		stop()
		sleepUntil(7, 58)
		stop = f.run()
		sleepUntil(7, 59)
		f.wantTitles(map[int64][]string{1: {"Биринчи", "Экинчи"}})
		stop()
		sleepUntil(8, 1)
		stop = f.run()
		time.Sleep(10 * time.Second)
		f.quiet()
		want := map[int64][]string{1: {"Биринчи", "Экинчи"}, 2: {"1/2 Экинчи", "2/2 Биринчи"}}
		f.wantTitles(want)
		stop() // the same hour again
		stop = f.run()
		time.Sleep(time.Minute)
		f.wantTitles(want)
		stop()
		sleepUntil(8, 59)
		stop = f.run()
		sleepUntil(9, 1)
		f.quiet()
		if n := f.phones.count(3); n != 2 {
			t.Errorf("%d messages in the next digest, want 2", n)
		}
		stop()
		sleepUntil(8, 30) // an empty day
		stop = f.run()
		time.Sleep(10 * time.Second)
		f.quiet()
		stop()
		if n := f.phones.count(2); n != 2 {
			t.Errorf("%d messages after an empty day, want 2", n)
		}
	})
}

// lateNews has an item come at eleven in the evening. The first reader has it then, the
// second waits for seven o'clock; nobody is at work after that.
func (f *fixture) lateNews() {
	f.tb.Helper()
	f.subscribe("ky", 1, 2)
	f.sleeps(2, 22, 7)
	sleepUntil(23, 0)
	stop := f.run()
	f.publish("ky", "Жаңылык")
	f.resting(1)
	stop()
}

// TestWhoWouldWaitForLongerThanTwoDaysGetsItSilently: nobody was at work in the mornings.
func TestWhoWouldWaitForLongerThanTwoDaysGetsItSilently(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.lateNews()
		time.Sleep(50 * time.Hour) // it is one o'clock at night
		defer f.run()()
		f.quiet()
		f.wantTitles(map[int64][]string{1: {"Жаңылык"}, 2: {"Жаңылык"}})
		if shows := f.phones.all()[2]; len(shows) != 1 || !shows[0].silent {
			t.Errorf("it shows %+v, want the item without a sound", shows)
		}
		if r := f.ended(1); r.Sent != 2 || r.Planned != 2 || r.ToGo != 0 {
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
	if got := (audience{zone: bishkek}).decide(p, &item, nil, false, planned, end); got != sendNow {
		t.Errorf("who sleeps then: %v, want %v", got, sendNow)
	}
}

// TestProgressNamesABroadcastOnce has broadcasts end while it is asked for.
func TestProgressNamesABroadcastOnce(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1, 2)
		defer f.run()()
		for i := range 10 {
			f.publish("ky", fmt.Sprint("Жаңылык ", i))
			f.until("it is finished", func() bool {
				progress, err := f.engine.Progress(t.Context())
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
