package bot_test

import (
	"strings"
	"testing"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
)

// TestThePreviewSaysHowLong: at the configured rate, with the digests by their hour, and with
// what goes out beside it, but not with what somebody has stopped.
func TestThePreviewSaysHowLong(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, approver, _ *simulator.Citizen) {
		n.perSecond = 0.1
		n.opens()
		n.subscribe(8, "en", nil)
		n.subscribe(6, "en", func(p *subscriptions.Preferences) {
			p.When = subscriptions.When{Rhythm: subscriptions.Daily, Hour: 18}
		})
		n.subscribe(2, "en", func(p *subscriptions.Preferences) { // whom nothing may tell apart
			p.When = subscriptions.When{Rhythm: subscriptions.Daily, Hour: 19}
		})
		n.subscribe(5, "en", func(p *subscriptions.Preferences) {
			p.Quiet = subscriptions.Quiet{From: 10, To: 20, Wait: true}
		})
		preview := func(title string, wanted, unwanted []string) {
			n.t.Helper()
			n.writes(officer, title+"\n\nIn Osh.")
			n.does(officer, "👁 Preview")
			text := lastScreen(officer).Text
			for _, want := range wanted {
				if !strings.Contains(text, want) {
					n.t.Errorf("the preview does not say %q:\n%s", want, text)
				}
			}
			for _, not := range unwanted {
				if strings.Contains(text, not) {
					n.t.Errorf("the preview says %q:\n%s", not, text)
				}
			}
		}
		preview("First", []string{
			"Reaches 21 people", "• 8 of them in a daily or weekly digest", "• 5 of them later, after quiet hours: 23 November 2026, 20:00", "⏱ About 1\u00a0min",
		}, []string{"19:00", "at the same time"})
		n.does(officer, "📨 Submit for approval")
		n.does(approver, "👁 Preview", "✅ Send to 21", "✅ Yes, send to 21")
		time.Sleep(41 * time.Second)
		n.quiet()
		n.does(officer, "✋ Stop")
		officer.Send("/desk")
		n.quiet()
		if desk := lastScreen(officer).Text; !strings.Contains(desk, "✋ First — 8 of 13, stopped") {
			n.t.Errorf("the desk says\n%s", desk)
		}
		preview("Second", []string{"⏱ About"}, []string{"First"})
	})
}
