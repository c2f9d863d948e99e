package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
)

// sendsTwo has an announcement in English and Russian sent to six and seven people.
func (n *newsroom) sendsTwo(officer, approver *simulator.Citizen) {
	n.t.Helper()
	n.opens()
	n.subscribe(6, "en", nil)
	n.subscribe(7, "ru", nil)
	n.writes(officer, "A title\n\nA text.")
	n.does(officer, "➕ Русский")
	n.replies(officer, "Заголовок\n\nТекст.")
	n.does(officer, "👁 Preview", "📨 Submit for approval")
	n.does(approver, "👁 Preview", "✅ Send to 13", "✅ Yes, send to 13")
	time.Sleep(time.Minute)
	n.quiet()
}

// TestAReportIsOfAllLanguagesAfterAWithdrawal: its table, too.
func TestAReportIsOfAllLanguagesAfterAWithdrawal(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, approver, _ *simulator.Citizen) {
		n.sendsTwo(officer, approver)
		n.opensSent(approver, "A title")
		n.does(approver, "🗑 Take back", "🗑 Yes, from 13 phones")
		time.Sleep(time.Minute)
		n.quiet()
		n.does(approver, "📊 Report")
		if text := shown(approver).Text; !strings.Contains(text, "13") {
			n.t.Errorf("the report says\n%s", text)
		}
		n.does(approver, "📄 Table")
		languages := map[string]bool{}
		for _, line := range n.document(approver)[1:] {
			for _, cell := range line {
				languages[cell] = true
			}
		}
		if !languages["English"] || !languages["Русский"] {
			n.t.Errorf("the table has %v", languages)
		}
	})
}

// opensSent opens an item in the list of what was sent.
func (n *newsroom) opensSent(c *simulator.Citizen, title string) {
	n.t.Helper()
	c.Send("/desk")
	n.quiet()
	n.does(c, "📰 What went out")
	for _, row := range shown(c).Keyboard {
		if strings.HasSuffix(row[0].Text, title) {
			n.does(c, row[0].Text)
			return
		}
	}
	n.t.Fatalf("what was sent lists no %q: %v", title, shown(c).Keyboard)
}

// TestWhatWasSentListsEveryLanguage: an announcement in Russian alone is found by who reads English.
func TestWhatWasSentListsEveryLanguage(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, approver, _ *simulator.Citizen) {
		n.sendsTwo(officer, approver)
		officer.Send("/desk")
		n.quiet()
		n.speaks(officer, "ru")
		officer.Send("/desk")
		n.quiet()
		n.does(officer, "✍️ Новое сообщение")
		n.replies(officer, "Только по-русски\n\nТекст.")
		n.does(officer, "👁 Предпросмотр", "📨 Отправить на утверждение")
		n.does(approver, "👁 Preview", "✅ Send to 7", "✅ Yes, send to 7")
		time.Sleep(time.Minute)
		n.quiet()
		n.opensSent(approver, "Только по-русски")
		if !strings.Contains(shown(approver).Text, "7") {
			n.t.Errorf("it says\n%s", shown(approver).Text)
		}
		approver.Send("/desk")
		n.quiet()
		n.does(approver, "📰 What went out")
		var titles []string
		for _, row := range shown(approver).Keyboard {
			titles = append(titles, row[0].Text)
		}
		if text := strings.Join(titles, "\n"); strings.Count(text, "A title") != 1 || strings.Contains(text, "Заголовок") {
			n.t.Errorf("an item is listed once, in one's own language: %q", titles)
		}
	})
}

// TestACorrectionCountsWhomItChanges: of two languages one is corrected.
func TestACorrectionCountsWhomItChanges(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, approver, _ *simulator.Citizen) {
		n.sendsTwo(officer, approver)
		n.opensSent(officer, "A title")
		n.does(officer, "✏️ Correct")
		n.replies(officer, "A title\n\nAnother text.")
		n.does(officer, "👁 Preview")
		if text := shown(officer).Text; !strings.Contains(text, "6 phones") || strings.Contains(text, "13") {
			n.t.Errorf("the preview says\n%s", text)
		}
	})
}

// TestAStoppedScreenCountsWhatWasOnItsWay at the press.
func TestAStoppedScreenCountsWhatWasOnItsWay(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, approver, _ *simulator.Citizen) {
		n.rate = 5
		n.opens()
		readers := n.subscribe(60, "en", nil)
		n.telegram.Fault(simulator.Fault{Methods: []string{"sendMessage"}, Chats: func(chat int64) bool {
			return slices.ContainsFunc(readers, func(c *simulator.Citizen) bool { return c.ID() == chat })
		}, Delay: 3 * time.Second})
		n.writes(officer, "A title\n\nA text.")
		n.does(officer, "👁 Preview", "📨 Submit for approval")
		n.does(approver, "👁 Preview", "✅ Send to 60", "✅ Yes, send to 60")
		time.Sleep(36 * time.Second)
		n.does(approver, "✋ Stop")
		time.Sleep(20 * time.Second)
		n.quiet()
		have := 0
		for _, r := range readers {
			have += titled(r, "A title")
		}
		if text := shown(approver).Text; have == 0 || have == 60 || !strings.Contains(text, fmt.Sprintf("%d ", have)) {
			n.t.Errorf("%d have it, and the screen says\n%s", have, text)
		}
	})
}

// TestATimeAfterOneThatWasNotUnderstood is a time by itself.
func TestATimeAfterOneThatWasNotUnderstood(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, _, _ *simulator.Citizen) {
		n.opens()
		n.writes(officer, "A title\n\nA text.")
		n.does(officer, "🕘 When", "🕘 Another time")
		for _, said := range []string{"tomorrow", "27.11 14:30"} {
			officer.Send(said)
			n.quiet()
			n.does(officer, "✅ Yes")
		}
		if text := shown(officer).Text; !strings.Contains(text, "🕘 27 November 2026, 14:30") {
			n.t.Errorf("the officer reads\n%s", text)
		}
	})
}

// TestAPreviewPressedTwiceComesOnce.
func TestAPreviewPressedTwiceComesOnce(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, _, _ *simulator.Citizen) {
		n.opens()
		n.subscribe(6, "en", nil)
		n.writes(officer, "A title\n\nA text.")
		card := shown(officer)
		button, _ := card.Button("👁 Preview")
		for range 2 {
			if _, err := officer.TapRaw(card.ID, button.Data); err != nil {
				n.t.Fatal(err)
			}
		}
		n.quiet()
		if got := titled(officer, "A title"); got != 1 {
			n.t.Errorf("the text stands %d times on the phone:\n%s", got, transcriptOf(officer))
		}
	})
}

// TestWhoComesBackIsToldWhatComes: only some topics, or only what says a word.
func TestWhoComesBackIsToldWhatComes(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		c := h.telegram.Citizen("Айгүл", "en")
		h.says(c, "/start en", "You are subscribed")
		if _, err := h.store.Update(t.Context(), c.ID(), func(p *subscriptions.Preferences, _ bool) {
			p.Topics, p.Words = subscriptions.Only(), []string{"notary"}
		}); err != nil {
			t.Fatal(err)
		}
		h.says(c, "/start", "notary")
		h.says(c, "/stop", "")
		h.settled()
		if _, err := h.store.Update(t.Context(), c.ID(), func(p *subscriptions.Preferences, _ bool) { p.Status = subscriptions.Stopped }); err != nil {
			t.Fatal(err)
		}
		if text := h.says(c, "/start", "Welcome back").Text; !strings.Contains(text, "notary") || !strings.Contains(text, "only my words") {
			t.Errorf("who comes back reads %q", text)
		}
	})
}
