package bot

import (
	"context"

	"kabarchy/bot/telegram"
)

// LanguageOf is the language in which somebody at the desk is spoken to.
func (b *Bot) LanguageOf(ctx context.Context, user int64) (string, error) {
	t, err := b.converseWith(ctx, telegram.User{ID: user})
	if err != nil {
		return "", err
	}
	return t.words.Language(), nil
}
