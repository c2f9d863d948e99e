package bot_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"

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
