package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/bot/simulator"
)

// TestWhoComesToTheDeskHasItsMenuAtOnce, however long ago they were named; and is told things in
// the language of their phone, until they have it forgotten.
func TestWhoComesToTheDeskHasItsMenuAtOnce(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, approver, _ *simulator.Citizen) {
		t := n.t
		late := n.telegram.Citizen("Э. Садыкова", "ky")
		n.staff = append(n.staff, desk.Person{ID: late.ID(), Name: "Э. Садыкова", Roles: desk.Approver})
		n.opens()
		tries := 0
		defer n.telegram.Fault(simulator.Fault{Match: func(q simulator.Request) bool {
			if q.Method == "setMyCommands" && q.Chat == late.ID() {
				tries++
			}
			return false
		}})()
		time.Sleep(time.Hour) // Telegram lets nobody write to her before she has begun
		if tries > 70 {
			t.Errorf("her menu was tried %d times in an hour", tries)
		}
		late.Send("/start")
		n.quiet()
		if !slices.ContainsFunc(n.telegram.Commands(late.Chat, "ky"), func(c simulator.Command) bool {
			return c.Command == "desk" && c.Description == "Басма сөз кызматынын экраны"
		}) {
			t.Error("she has started and has no /desk in her menu")
		}
		n.writes(officer, "Legal aid\n\nIn Osh.")
		n.does(officer, "👁 Preview", "📨 Submit for approval")
		time.Sleep(10 * time.Minute) // who can't be written to is left alone for a while
		n.quiet()
		if told := lastScreen(late).Text; !strings.Contains(told, "Бекитүүнү күтүүдө") {
			t.Errorf("she is told\n%s", told)
		}
		late.Send("/forget")
		n.quiet()
		n.does(late, "Ооба, өчүрүү")
		if left, err := n.rdb.HGetAll(t.Context(), "{news}:desk:phones").Result(); err != nil || len(left) > 0 {
			t.Errorf("left of her: %v, %v", left, err)
		}
	})
}

// TestTapsToThePreview counts what a person does from /desk to the preview: three languages and
// a topic take six taps, one language two.
func TestTapsToThePreview(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, _, _ *simulator.Citizen) {
		n.opens()
		for _, way := range []struct {
			name    string
			taps    []string // "" for a text that is sent
			allowed int
		}{
			{"three languages and a topic", []string{
				"✍️ New announcement", "", "➕ Кыргызча", "", "➕ Русский", "", "🏷 Topic", "Legal aid · 0", "👁 Preview",
			}, 6},
			{"one language", []string{"✍️ New announcement", "", "👁 Preview"}, 2},
		} {
			officer.Send("/desk")
			n.quiet()
			taps := 0
			for _, label := range way.taps {
				if label == "" {
					n.replies(officer, "Title\n\nText.")
					continue
				}
				n.does(officer, label)
				taps++
			}
			if text := lastScreen(officer).Text; !strings.Contains(text, "This is how it will look") {
				n.t.Errorf("%s: the last screen is %s", way.name, text)
			}
			n.t.Logf("%s: %d taps from /desk to the preview", way.name, taps)
			if taps > way.allowed {
				n.t.Errorf("%s: %d taps, want %d", way.name, taps, way.allowed)
			}
		}
	})
}

// TestWhatIsTakenBackWhileItIsCorrected says so on the card, and stays taken back.
func TestWhatIsTakenBackWhileItIsCorrected(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, approver, second *simulator.Citizen) {
		t := n.t
		n.opens()
		n.subscribe(6, "en", nil)
		n.sends(officer, approver, "Legal aid\n\nIn Osh.", 6)
		n.does(officer, "✏️ Correct")
		n.replies(officer, "Legal aid\n\nIn Jalal-Abad.")
		n.does(officer, "👁 Preview", "📨 Submit for approval")
		time.Sleep(10 * time.Second)
		n.quiet()
		n.does(approver, "🗑 Take back", "🗑 Yes, from 6 phones")
		time.Sleep(time.Minute)
		n.quiet()
		second.Send("/desk")
		n.quiet()
		n.does(second, "📥 Waiting (1)", "📥 Legal aid")
		if card := lastScreen(second).Text; !strings.Contains(card, "🗑 English: taken back meanwhile") {
			t.Errorf("the card says\n%s", card)
		}
	})
}
