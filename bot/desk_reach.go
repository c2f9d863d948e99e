package bot

import (
	"context"

	"kabarchy/bot/desk"
)

// reachCount is how many people a case reaches; false where that can't be said now.
func (b *Bot) reachCount(ctx context.Context, c desk.Case) (int, bool) {
	counts, err := b.admins.Service.Count(ctx)
	n := 0
	for _, active := range counts.Active {
		n += active
	}
	return n, err == nil
}

// reachWords say whom a case reaches, when, and whom not.
func (t deskTalk) reachWords(ctx context.Context, c desk.Case) (string, int, error) {
	n, _ := t.bot.reachCount(ctx, c)
	return t.words.N("line.desk_reaches", n, nil), n, nil
}
