package broadcast

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// clock is the time of day in a house, which a test sets.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// ahead moves the clock to the next time that it shows an hour and a minute.
func (c *clock) ahead(hour, minute int) {
	now := c.now().In(bishkek)
	to := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, bishkek)
	if !to.After(now) {
		to = to.AddDate(0, 0, 1)
	}
	c.offset.Add(int64(to.Sub(now)))
}

// clockHouse is a house with a clock, in Bishkek.
func clockHouse(t *testing.T, rdb redis.UniversalClient) (*house, *clock) {
	h, c := newHouse(t, rdb), &clock{}
	h.now = c.now
	h.options.Zone = bishkek
	return h, c
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
	t.Parallel()
	redistest.Each(t, func(t *testing.T, rdb redis.UniversalClient) {
		t.Parallel()
		h, clock := clockHouse(t, rdb)
		// What was planned long ago is not waited for: the archive's clock is the real one.
		h.subscribe("ky", 1, 2, 3)
		hour := clock.now().In(bishkek).Hour()
		wait := func(hours int) func(*subscriptions.Preferences) {
			return func(p *subscriptions.Preferences) {
				p.Quiet = subscriptions.Quiet{From: hour, To: (hour + hours) % 24, Wait: true}
			}
		}
		h.prefer(2, wait(8))
		h.prefer(3, wait(10))
		stop := h.run()
		h.publish("ky", "Жаңылык")
		h.resting(1)
		h.wantTitles(map[int64][]string{1: {"Жаңылык"}})

		stop() // a restart in the night
		defer h.run()()
		clock.ahead((hour+8)%24, 1)
		h.until("the first has it", func() bool { return h.phones.count(2) == 1 })
		h.resting(2)
		if n := h.phones.count(3); n != 0 {
			t.Errorf("who wanted to wait longer has %d messages", n)
		}
		clock.ahead((hour+10)%24, 1)
		h.quiet()
		h.wantTitles(map[int64][]string{1: {"Жаңылык"}, 2: {"Жаңылык"}, 3: {"Жаңылык"}})
	})
}

func TestWhoReadsTwoLanguagesGetsTheMainEdition(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, rdb redis.UniversalClient) {
		t.Parallel()
		h, clock := clockHouse(t, rdb)
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
		// Only an edition in the second language comes after some patience.
		h.publish("ru", "Только по-русски")
		h.until("both wait", func() bool {
			running, err := h.engine.plans.running(t.Context())
			waiting := 0
			for _, p := range running {
				if p.Wake > 0 {
					waiting++
				}
			}
			return err == nil && len(running) == waiting
		})
		clock.offset.Add(int64(editionPatience))
		h.quiet()
		h.wantTitles(map[int64][]string{1: {"Жаңылык", "Только по-русски"}, 2: {"Новость", "Только по-русски"}})
	})
}

func TestDigestBringsTheDaysItemsAtItsHour(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, rdb redis.UniversalClient) {
		t.Parallel()
		h, clock := clockHouse(t, rdb)
		h.hurry = true
		h.subscribe("ky", 1, 2, 3)
		next := (clock.now().In(bishkek).Hour() + 1) % 24
		h.prefer(2, func(p *subscriptions.Preferences) {
			p.When = subscriptions.When{Rhythm: subscriptions.Daily, Hour: next}
		})
		h.prefer(3, func(p *subscriptions.Preferences) {
			p.When = subscriptions.When{Rhythm: subscriptions.Daily, Hour: (next + 1) % 24}
		})
		stop := h.run()
		h.publish("ky", "Биринчи")
		h.publish("ky", "Экинчи")
		h.quiet()
		stop()
		clock.ahead(next, 0)
		stop = h.run()
		h.until("the digest is there", func() bool { return h.phones.count(2) == 2 })
		h.quiet()
		want := map[int64][]string{1: {"Биринчи", "Экинчи"}, 2: {"1/2 Экинчи", "2/2 Биринчи"}}
		h.wantTitles(want)
		stop() // the same hour again
		defer h.run()()
		h.quiet()
		h.wantTitles(want)
		clock.ahead((next+1)%24, 30)
		h.until("the next digest is there", func() bool { return h.phones.count(3) == 2 })
		h.quiet()
		clock.offset.Add(int64(24 * time.Hour)) // an empty day
		h.until("the hours of a day are planned", func() bool {
			last, err := rdb.Get(t.Context(), keyDigested).Int64()
			return err == nil && last == clock.now().Unix()/3600
		})
		h.quiet()
		if n := h.phones.count(2); n != 2 {
			t.Errorf("%d messages after an empty day, want 2", n)
		}
	})
}
