package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/simulator"
)

// TestAHurriedOfficer does at a question what people do who are in a hurry. Nothing of it becomes
// an announcement that nobody meant, and nothing is lost without a word.
func TestAHurriedOfficer(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, _, _ *simulator.Citizen) {
		t := n.t
		n.opens()
		begin := func() {
			t.Helper()
			officer.Send("/desk")
			n.quiet()
			n.does(officer, "✍️ New announcement")
		}
		says := func(what, want string) {
			t.Helper()
			if text := lastScreen(officer).Text; !strings.Contains(text, want) {
				t.Errorf("%s: the last screen is\n%s\nwithout %q", what, text, want)
			}
		}
		raw := func(content string) {
			t.Helper()
			reply := fmt.Sprintf(`,"reply_to_message":{"message_id":%d}}`, lastScreen(officer).ID)
			if _, err := officer.SendJSON("{" + content + reply); err != nil {
				t.Fatal(err)
			}
			n.quiet()
		}
		cases := func() int {
			t.Helper()
			open, err := n.office.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return len(open)
		}

		begin()
		raw(`"voice":{"file_id":"v","duration":3}`)
		says("a voice message", "Only text and pictures")
		begin()
		raw(`"sticker":{"file_id":"s","emoji":"👍"}`)
		says("a sticker", "Only text and pictures")
		begin()
		raw(`"text":"/cancel"`)
		says("/cancel", "The desk")
		begin()
		officer.Send("/otmena")
		n.quiet()
		says("another word for it", "The desk")
		if n := cases(); n != 0 {
			t.Fatalf("%d announcements were begun by that", n)
		}

		begin()
		officer.Send("a button's words, not a reply")
		n.quiet()
		says("words that are no reply", "Is this the text?")
		first, err := officer.Tap("✅ Yes")
		if err != nil {
			t.Fatal(err)
		}
		second, err := officer.Tap("✅ Yes")
		if err != nil {
			t.Fatal(err)
		}
		if toasts := n.answered(first) + n.answered(second); toasts != "" {
			t.Errorf("a double press is told %q", toasts)
		}
		n.quiet()
		if n := cases(); n != 1 {
			t.Fatalf("a double press made %d announcements", n)
		}
		says("a double press", "📝 Draft")
		old := lastScreen(officer).ID

		n.does(officer, "✏️ English")
		link := `"text":"Title\n\nhere","entities":[{"type":"text_link","offset":7,"length":4,"url":"javascript:alert(1)"}]`
		raw(link)
		n.does(officer, "♻️ Replace")
		says("a link that is none", "⛔️ English: javascript:alert(1) is not a link.")
		n.does(officer, "👁 Preview")
		n.does(officer, "📨 Submit for approval")
		says("submitting it", "is not a link.")

		n.does(officer, "✏️ English")
		n.replies(officer, strings.Repeat("Office hours ", 30))
		n.does(officer, "♻️ Replace")
		says("one long line", "the title has")
		if tap, err := officer.TapRaw(old, "desk:do:discard:abcdefghij:1"); err == nil {
			if toast := n.answered(tap); toast == "" {
				t.Error("an old button is answered with nothing")
			}
		}

		// A text of more than 4,096 letters comes in pieces.
		n.does(officer, "✏️ English")
		n.replies(officer, "Title\n\n"+strings.Repeat("word ", 800))
		n.does(officer, "♻️ Replace")
		officer.Send(strings.Repeat("rest ", 800))
		n.quiet()
		says("the second piece", "There is a text already")
		n.does(officer, "➕ Add below")
		says("both pieces", "English: 8,0")
		time.Sleep(3 * time.Minute)
		officer.Send("office")
		n.quiet()
		says("words long after", "Nothing was found")
	})
}

// TestATimeIsReadAsPeopleWriteIt, and what can't be read is asked for again.
func TestATimeIsReadAsPeopleWriteIt(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, _, _ *simulator.Citizen) {
		n.opens()
		n.writes(officer, "Title\n\nText.")
		for text, want := range map[string]string{
			"25.11 14:30": "🕘 25 November 2026, 14:30", "25.11, 14.30": "🕘 25 November 2026, 14:30",
			"25.11 в 9:05": "🕘 25 November 2026, 09:05", "10:00": "🕘 24 November 2026, 10:00",
			"tomorrow": "no day and time", "31.02 10:00": "no day and time", "25:00": "no day and time",
		} {
			officer.Send("/desk")
			n.quiet()
			n.does(officer, "📥 Waiting (1)", "📝 Title", "🕘 When", "🕘 Another time")
			n.replies(officer, text)
			if got := lastScreen(officer).Text; !strings.Contains(got, want) {
				n.t.Errorf("%q: the last screen is\n%s\nwithout %q", text, got, want)
			}
		}
	})
}
