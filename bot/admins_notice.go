package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/feeds"
)

// notice is something that each administrator is told once.
type notice struct {
	about string // a source, a batch, a broadcast or a fault
	// state is what there is to tell; empty where all is well, which is told only after
	// something else was.
	state string
	// screen draws it; nil where nothing can be said yet.
	screen func(ctx context.Context, words locale.Locale) (screen, error)
	// send tells it, in place of a screen; nil where there is one.
	send func(ctx context.Context, t *conversation) error
}

// byAdmin reports whether an administrator speaks with the bot alone. It is asked at every
// callback and command: who may decide is the configuration's, not the button's.
func (t *conversation) byAdmin() bool {
	return t.chat.Private() && slices.Contains(t.bot.admins.IDs, t.from.ID)
}

// moment writes a day and the time on it.
func (b *Bot) moment(words locale.Locale, at time.Time) string {
	at = at.In(b.zone)
	return words.Date(at) + ", " + at.Format("15:04")
}

// How many titles a small phone shows at once, and how many characters of each.
const listedTitles, titleLength = 5, 80

// titleList shows some of the titles, as many as a small phone shows at once.
func (b *Bot) titleList(ctx context.Context, ids []string) (string, error) {
	var lines []string
	for i, id := range ids {
		if i == listedTitles {
			lines = append(lines, "…")
			break
		}
		item, err := b.archive.Item(ctx, id)
		if errors.Is(err, feeds.ErrNotFound) {
			continue
		}
		if err != nil {
			return "", err
		}
		lines = append(lines, "• "+render.Escaped(item.Title, titleLength))
	}
	return strings.Join(lines, "\n"), nil
}

// below puts a text under the first line of the message whose button was pressed, which
// names the batch.
func (t *conversation) below(text string) string {
	head, _, _ := strings.Cut(t.pressed.Text, "\n")
	return render.JoinFilled("\n\n", render.Tagged("b", head), text)
}

// kindSigns tell the broadcasts apart.
var kindSigns = map[broadcast.Kind]string{
	broadcast.News: "📰", broadcast.Correction: "✏️", broadcast.Withdrawal: "🗑", broadcast.Digest: "🗞",
}
