package bot_test

import (
	"testing"
	"time"

	"kabarchy/bot/bottest"
	"kabarchy/bot/desk/report"
)

// posters are today's sums of who came by which poster.
func (h *fixture) posters() []report.Group {
	h.t.Helper()
	if err := h.counter.Flush(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	days, err := report.Days(h.t.Context(), h.rdb, bishkek, time.Now(), 1)
	if err != nil {
		h.t.Fatal(err)
	}
	return report.ByPoster(days)
}

// read is how often "Read in full" was pressed below an item.
func (h *fixture) read(item string) int {
	h.t.Helper()
	if err := h.counter.Flush(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	n, err := report.Taps(h.t.Context(), h.rdb, item)
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// TestReadingIsCounted: a press on "Read in full" counts, turning the pages back does not.
func TestReadingIsCounted(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, h *fixture) {
		item := bottest.Sample("en", 1)
		for len(item.Summary) < 9000 {
			item.Summary += " More about it, and where to go with it, and when."
		}
		h.shelf.put(item)
		c := h.telegram.Citizen("Aida", "en")
		h.says(c, "/start en", "You are subscribed")
		c.Send("/start item-" + item.ID)
		h.settled()
		h.presses(c, "📖 Read in full")
		if n := h.read(item.ID); n != 1 {
			t.Fatalf("%d presses, not 1", n)
		}
		h.presses(c, "▶")
		h.presses(c, "◀")
		h.until(c.Chat, "A centre")
		if n := h.read(item.ID); n != 1 {
			t.Errorf("%d presses, not 1: turning back counted", n)
		}
		update, err := c.Follow("https://t.me/kabarchy_bot?start=read-" + item.ID) // the button in a group
		if err != nil {
			t.Fatal(err)
		}
		h.settled()
		h.telegram.Redeliver(update)
		h.settled()
		if n := h.read(item.ID); n != 2 {
			t.Errorf("%d presses, not 2: a link was followed once", n)
		}
	})
}

// TestPostersAreCounted: who subscribes by a poster's link counts for it, once; who is here
// already does not; and no label that a stranger wrote stands anywhere.
func TestPostersAreCounted(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, h *fixture) {
		if err := report.MakePoster(t.Context(), h.rdb, "osh-bazaar"); err != nil {
			t.Fatal(err)
		}
		c := h.telegram.Citizen("Айгүл", "ky")
		h.says(c, "/start from-osh-bazaar", "Hello!")
		if got := h.posters(); len(got) != 0 {
			t.Errorf("%v were counted before they subscribed", got)
		}
		h.presses(c, "Кыргызча")
		h.says(c, "/start from-osh-bazaar", "Сиз жазылгансыз")
		for _, link := range []string{"from-never-made", "from-<b>", "from-", "from-other"} {
			d := h.telegram.Citizen("Бакыт", "ru")
			h.says(d, "/start "+link, "Hello!")
			h.presses(d, "Русский")
		}
		want := []report.Group{{Key: "other", N: 4}, {Key: "osh-bazaar", N: 1}}
		if got := h.posters(); len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("counted %v, want %v", got, want)
		}
	})
}

// TestCounterThatFailsHoldsUpNobody: without Redis' sums people are answered all the same.
func TestCounterThatFailsHoldsUpNobody(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		today := "{news}:stats:" + time.Now().In(bishkek).Format(time.DateOnly)
		if err := h.rdb.Set(t.Context(), today, "no hash", 0).Err(); err != nil {
			t.Fatal(err)
		}
		c := h.telegram.Citizen("Айгүл", "ky")
		h.says(c, "/start from-osh", "Hello!")
		h.presses(c, "Кыргызча")
		if err := h.counter.Flush(t.Context()); err == nil {
			t.Error("the counter did not fail")
		}
		if err := h.rdb.Del(t.Context(), today).Err(); err != nil {
			t.Fatal(err)
		}
		if got := h.posters(); len(got) != 1 || got[0].N != 1 {
			t.Errorf("counted %v in the end", got)
		}
	})
}
