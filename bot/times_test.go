package bot_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"kabarchy/subscriptions"
)

// keeper stands where the engine keeps the digests that are under way: it notes by which
// preferences each would come.
type keeper struct {
	store *subscriptions.Store

	mu    sync.Mutex
	until time.Time // digests have been planned
	last  subscriptions.Preferences
}

func (k *keeper) keep(ctx context.Context, chat int64) (time.Time, error) {
	p, _, err := k.store.Get(ctx, chat)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last = p
	return k.until, err
}

// kept is by which times a digest came that was under way at the last change.
func (k *keeper) kept() times {
	k.mu.Lock()
	defer k.mu.Unlock()
	return timesOf(k.last)
}

// times are what a digest follows.
type times struct {
	when   subscriptions.When
	paused bool
}

func timesOf(p subscriptions.Preferences) times { return times{p.When, !p.PausedUntil.IsZero()} }

// TestDigestsUnderWayAreKeptBeforeTimesChange: by the former times, whatever changes them.
func TestDigestsUnderWayAreKeptBeforeTimesChange(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		c := h.telegram.Citizen("Айгүл", "ru")
		stored := func() subscriptions.Preferences {
			p, _, err := h.store.Get(t.Context(), c.ID())
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		changes := func(what string, change func()) {
			t.Helper()
			before := timesOf(stored())
			h.keeper.mu.Lock()
			h.keeper.last.When.Hour = 23 // nobody's
			h.keeper.mu.Unlock()
			change()
			if now := timesOf(stored()); now == before {
				t.Errorf("%s changes nothing: %+v", what, now)
			}
			if got := h.keeper.kept(); got != before {
				t.Errorf("%s: digests are kept by %+v, not by %+v", what, got, before)
			}
		}
		h.says(c, "/start ru", "Вы подписались")
		h.says(c, "/settings", "Настройки")
		h.presses(c, "🕘 Сразу после публикации")
		for _, label := range []string{"Раз в день", "20:00", "Раз в неделю", "Пт", "⚡ Сразу"} {
			changes(label, func() { h.presses(c, label) })
		}
		for _, label := range []string{"⏸ Пауза на неделю", "▶ Продолжить", "⏸ Пауза на неделю"} {
			changes(label, func() { h.presses(c, label) })
		}
		h.says(c, "/stop", "Точно отписаться?")
		h.presses(c, "Да, отписаться")
		changes("/start", func() { h.says(c, "/start ru", "подпис") })
	})
}

// TestADigestThatNobodyPlannedIsOwed: the last one that was planned is of before the person's
// hour, so that the digest of that hour has not come.
func TestADigestThatNobodyPlannedIsOwed(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		c := h.telegram.Citizen("Айгүл", "ru")
		h.says(c, "/start ru", "Вы подписались")
		_, err := h.store.Update(t.Context(), c.ID(), func(p *subscriptions.Preferences, _ bool) {
			p.When = subscriptions.When{Rhythm: subscriptions.Daily, Hour: 20}
		})
		if err != nil {
			t.Fatal(err)
		}
		evening := time.Date(2026, time.November, 22, 20, 0, 0, 0, bishkek) // the last before today
		h.keeper.mu.Lock()
		h.keeper.until = evening.Add(-time.Hour)
		h.keeper.mu.Unlock()
		h.says(c, "/settings", "Настройки")
		h.presses(c, "🕘 Каждый день в 20:00")
		h.presses(c, "⚡ Сразу")
		p, _, err := h.store.Get(t.Context(), c.ID())
		if want := evening.AddDate(0, 0, -1); err != nil || !p.Owed.From.Equal(want) {
			t.Errorf("owed is what came after %v, not after %v; %v", p.Owed.From.In(bishkek), want, err)
		}
	})
}
