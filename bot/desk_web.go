package bot

import (
	"context"
	"errors"

	"kabarchy/bot/desk"
	"kabarchy/bot/render"
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

// pageRows lead to the desk's pages: within Telegram, and on a computer.
func (t deskTalk) pageRows() [][]telegram.Button {
	address := t.bot.deskPage(t.from.ID)
	if address == "" {
		return nil
	}
	return render.RowsOf(
		telegram.Button{Text: t.words.T("button.desk_open", nil), App: &telegram.WebApp{URL: address}},
		telegram.Button{Text: t.words.T("button.desk_computer", nil), Data: render.Data(render.VerbDesk, "computer")},
	)
}

// onComputer gives a link with which the person signs in on a computer.
func (t deskTalk) onComputer(ctx context.Context, _ []string) (reply, error) {
	address := t.bot.deskPage(t.from.ID)
	if address == "" {
		return t.stale()
	}
	token, err := t.office.Login(ctx, t.from.ID)
	if errors.Is(err, desk.ErrNotAllowed) {
		return t.stale()
	}
	if err != nil {
		return reply{}, err
	}
	link := address + "in/" + token
	return reply{}, t.open(ctx, page{screen: screen{t.words.HTML("screen.desk_computer", map[string]any{"Link": link}), [][]telegram.Button{
		{{Text: t.words.T("button.back", nil), Data: render.Data(render.VerbDesk, "now")}},
	}}})
}
