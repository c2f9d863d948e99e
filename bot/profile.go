package bot

import (
	"cmp"
	"context"
	"slices"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
)

// Introduce asks Telegram who the bot is, and sets what people see of it before they
// speak with it: the menu of commands and two descriptions, in each language. What is
// set already is left alone, since Telegram allows few such changes a day.
//
// A wrong token and a Telegram out of reach are errors; that a description could not be
// set is logged, since the news goes out all the same.
func (b *Bot) Introduce(ctx context.Context) error {
	if err := b.self.Learn(ctx); err != nil {
		return cmp.Or(telegram.WrongTokenError(err), err)
	}
	for _, language := range append(locale.Languages(), "") {
		if err := b.introduceIn(ctx, language); err != nil {
			b.log.WarnContext(ctx, "profile not set", "language", language, "error", err)
		}
	}
	return nil
}

// introduceIn sets the profile for phones in the language; "" is for all the others.
func (b *Bot) introduceIn(ctx context.Context, language string) error {
	words := locale.For(language)
	if language == "" {
		words = locale.For("en")
	}
	if err := b.setCommands(ctx, language, words); err != nil {
		return err
	}
	names := map[string]any{"Ministry": b.ministry.name(words.Language()), "Site": b.ministry.Site}
	about := render.Cut(words.T("profile.about", names), aboutLimit)
	if err := b.setText(ctx, language, "Description", "description", about); err != nil {
		return err
	}
	short := render.Cut(words.T("profile.short", names), shortLimit)
	return b.setText(ctx, language, "ShortDescription", "short_description", short)
}

// Telegram's limits of the two descriptions, in characters.
const (
	aboutLimit = 512
	shortLimit = 120
)

func (b *Bot) setCommands(ctx context.Context, language string, words locale.Locale) error {
	want, have := menu(words), []menuEntry(nil)
	for _, scope := range menuScopes {
		params := map[string]string{"language_code": language, "scope": scope}
		if err := b.client.Call(ctx, "getMyCommands", params, &have); err != nil {
			return err
		}
		if slices.Equal(have, want) {
			continue
		}
		params["commands"] = telegram.JSON(want)
		if err := b.client.Call(ctx, "setMyCommands", params, nil); err != nil {
			return err
		}
	}
	return nil
}

// menuScopes are where the commands are shown: people who read along in a group could
// do nothing with them.
var menuScopes = []string{`{"type":"all_private_chats"}`, `{"type":"all_chat_administrators"}`}

// setText sets one of the texts for which Telegram has a getMyX and a setMyX.
func (b *Bot) setText(ctx context.Context, language, what, field, want string) error {
	var have map[string]string
	if err := b.client.Call(ctx, "getMy"+what, map[string]string{"language_code": language}, &have); err != nil {
		return err
	}
	if have[field] == want {
		return nil
	}
	return b.client.Call(ctx, "setMy"+what, map[string]string{"language_code": language, field: want}, nil)
}
