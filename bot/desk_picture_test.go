package bot_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
)

// A picture that comes from the desk's pages is kept by Telegram, and goes out as one that was
// sent in the chat; who brought it has a copy there.
func TestAPictureFromThePagesIsKept(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, _, _ *simulator.Citizen) {
		n.opens()
		var picture bytes.Buffer
		if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
			n.t.Fatal(err)
		}
		id, err := n.bot.KeepPicture(n.t.Context(), officer.ID(), picture.Bytes())
		if err != nil {
			n.t.Fatal(err)
		}
		n.until(officer.Chat, "🖼 The picture for your draft")
		if kept, err := n.client.Download(n.t.Context(), id, 1<<20); err != nil || !bytes.Equal(kept, picture.Bytes()) {
			n.t.Errorf("%d bytes are kept: %v", len(kept), err)
		}
		if _, err := n.bot.KeepPicture(n.t.Context(), officer.ID(), []byte("none")); telegram.ReasonOf(err) != telegram.PictureRefused {
			n.t.Errorf("what is no picture: %v", err)
		}
	})
}

// shows has somebody answer with a picture, named by a letter.
func (n *newsroom) shows(c *simulator.Citizen, picture string) {
	n.t.Helper()
	if err := (&props{}).speak(n.telegram, c, "answers", "picture "+picture); err != nil {
		n.t.Fatal(err)
	}
	n.quiet()
}

// A picture that a correction brings does not come to who has the text without one; who writes and who
// approves are told.
func TestAPictureThatComesTooLateIsSaidToBe(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, approver, _ *simulator.Citizen) {
		n.opens()
		reader := n.subscribe(6, "en", nil)[0]
		n.sends(officer, approver, "Legal aid\n\nIn Osh.", 6)
		n.does(officer, "✏️ Correct")
		n.replies(officer, "Legal aid\n\nIn Jalal-Abad.")
		const late = "A message sent without a picture stays without one"
		if card := lastScreen(officer).Text; strings.Contains(card, late) {
			n.t.Errorf("without one the card says\n%s", card)
		}
		n.does(officer, "✏️ English")
		n.shows(officer, "a")
		says := func(c *simulator.Citizen, labels ...string) {
			n.t.Helper()
			n.does(c, labels...)
			if text := lastScreen(c).Text; !strings.Contains(text, "⚠️ "+late) {
				n.t.Errorf("nothing is said of it in\n%s", text)
			}
		}
		says(officer)
		says(officer, "👁 Preview")
		n.does(officer, "📨 Submit for approval")
		says(approver, "👁 Preview")
		says(approver, "✅ Correct on 6")
		n.does(approver, "✅ Yes, correct on 6")
		time.Sleep(time.Minute)
		n.quiet()
		if m := lastScreen(reader); m.Caption() || !strings.Contains(m.Text, "In Jalal-Abad.") {
			n.t.Errorf("the reader has %+v", m)
		}
	})
}
