package bot_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/bottest"
	"kabarchy/bot/broadcast"
	"kabarchy/bot/simulator"
	"kabarchy/subscriptions/redistest"
)

// TestTheMarkFollowsWhatWasRead into another language and out of a digest, and is untrue in
// none: an edition that was not corrected has none, nor has what is opened later.
func TestTheMarkFollowsWhatWasRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		clock := &clock{}
		h := open(t, redistest.Bubble(t).Client(t), simulator.Options{Now: clock.now})
		ky, ru := bottest.Sample("ky", 1), bottest.Sample("ru", 1)
		h.shelf.put(ky, ru, bottest.Sample("en", 1))
		citizen := h.telegram.Citizen("Айгүл", "ky")
		h.says(citizen, "/start ky", "Жазылдыңыз")
		s := &scene{fixture: h, clock: clock, citizen: citizen, seen: map[string]string{}}
		preferences, _, err := h.store.Get(t.Context(), citizen.ID())
		if err != nil {
			t.Fatal(err)
		}
		d := broadcast.Delivery{Broadcast: 1, Kind: broadcast.News, Chat: citizen.ID(), Preferences: preferences, Item: ky}
		d.Message = s.deliver(d)
		digest := d
		digest.Kind, digest.Items = broadcast.Digest, s.shelf.items
		s.deliver(digest)
		clock.advance(time.Hour)
		for _, id := range []string{ky.ID, ru.ID} {
			s.shelf.correct(id, "102", "102", clock.now())
		}
		step := func(label, title string, marked bool) {
			t.Helper()
			h.presses(citizen, label)
			h.settled()
			shown := ""
			for _, m := range citizen.Messages() {
				if strings.Contains(m.Text, title) && m.ID >= d.Message.ID {
					shown = m.Text
				}
			}
			if shown == "" || strings.Contains(shown, "✏️") != marked {
				t.Errorf("%s shows %q", label, shown)
			}
		}
		step("1", "102", true)            // the digest showed its title as it was
		step("🌐 English", "legal", false) // never corrected
		step("🌐 Русский", "102", true)    // read here in another language, before
		step("📖 Читать полностью", "102", true)
		clock.advance(time.Hour)
		citizen.Send("/start item-" + ru.ID)
		h.settled()
		if m := h.until(citizen.Chat, "102"); strings.Contains(m.Text, "✏️") {
			t.Errorf("who opens it later reads %q", m.Text)
		}
		step("🌐 Кыргызча", "102", false)
	})
}
