package bot_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"kabarchy/bot/bottest"
	"kabarchy/bot/simulator"
	"kabarchy/feeds"
	"kabarchy/subscriptions/redistest"
)

// watched is an archive that counts how often it is looked at.
type watched struct {
	shelf
	looks atomic.Int64
}

func (a *watched) Latest(ctx context.Context, language string, offset, count int) ([]feeds.Item, error) {
	a.looks.Add(1)
	return a.shelf.Latest(ctx, language, offset, count)
}

// TestWhoTypesFastCostsLittleAndHoldsUpNobody: one person types after the bot's name, fifty
// letters a second for ten seconds, beside others who ask once or subscribe. The person has
// results for what was typed last.
func TestWhoTypesFastCostsLittleAndHoldsUpNobody(t *testing.T) {
	t.Parallel()
	telegram := simulator.Options{Limits: simulator.TelegramLimits, Latency: 200 * time.Millisecond}
	bothWaysOn(t, telegram, func(h *fixture) {
		archive := &watched{}
		archive.put(bottest.Sample("ky", 1), bottest.Sample("ru", 1))
		h.archive = archive
	}, func(t *testing.T, h *fixture, _ *redistest.Embedded) {
		archive := h.archive.(*watched)
		typist := h.telegram.Citizen("Айгүл", "ky")
		h.says(typist, "/start ky", "Жазылдыңыз")
		h.settled()
		answers := func() float64 { return h.counted("kabarchy_answers_total", `"arrived"`) }
		looks, before, others := archive.looks.Load(), answers(), 0
		var last *simulator.InlineQuery
		for n := range 500 {
			last = typist.InlineQuery("юрид"[:2+2*(n%4)], "")
			time.Sleep(20 * time.Millisecond)
			if n%25 != 0 {
				continue
			}
			others++
			citizen, began := h.telegram.Citizen(fmt.Sprint("Бакыт ", n), "ru"), time.Now()
			h.offered(citizen.InlineQuery("юрид", ""))
			if took := time.Since(began); took > time.Second {
				t.Errorf("somebody else has results after %s", took)
			}
			began = time.Now()
			h.says(citizen, "/start ru", "Вы подписались")
			if took := time.Since(began); took > time.Second {
				t.Errorf("somebody else is answered after %s", took)
			}
		}
		if answer := h.offered(last); len(answer.Results) == 0 || answer.CacheTime != time.Minute {
			t.Errorf("what was typed last has %d results, kept for %s", len(answer.Results), answer.CacheTime)
		}
		h.settled()
		// One at a time is answered, which takes Telegram 0.2 s.
		if n := answers() - before - 2*float64(others); n > 125 {
			t.Errorf("the typist has %v answers", n)
		}
		if n := archive.looks.Load() - looks - int64(4*others); n > 4*125 {
			t.Errorf("the archive is looked at %d times for the typist", n)
		}
	})
}

// offered waits for an inline query's results.
func (h *fixture) offered(q *simulator.InlineQuery) simulator.InlineAnswer {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), wait)
	defer cancel()
	answer, err := q.Answer(ctx)
	if err != nil {
		h.t.Fatalf("%v\nlog:\n%s", err, h.log)
	}
	return answer
}
