package bot

import (
	"context"
	"strings"

	"kabarchy/bot/desk"
)

// deskCommand shows the desk to who is at it. To others it is an unknown word.
func (t *conversation) deskCommand(ctx context.Context, args string) error {
	at, is, err := t.atDesk(ctx)
	switch {
	case err != nil:
		return err
	case !is && !t.chat.Private():
		return nil
	case !is:
		return t.hint(ctx)
	}
	if err := t.meet(ctx); err != nil {
		return err
	}
	if label, named := strings.CutPrefix(args, "poster"); named && at.roles&desk.Officer != 0 {
		return at.namedPoster(ctx, strings.TrimSpace(label))
	}
	q, open, err := t.bot.asked(ctx, t.from.ID)
	if err != nil {
		return err
	}
	if open {
		if err := t.bot.unask(ctx, t.from.ID); err != nil {
			return err
		}
	}
	return at.showNow(ctx, q)
}
