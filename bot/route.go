package bot

import (
	"context"
	"strings"

	"kabarchy/bot/locale"
	"kabarchy/bot/search"
	"kabarchy/subscriptions"
)

// route hands an update to what answers it. What the bot has no answer for is handled
// by leaving it alone.
func (b *Bot) route(ctx context.Context, u update) error {
	switch {
	case u.Message != nil:
		return b.onMessage(ctx, *u.Message)
	case u.ChannelPost != nil:
		return b.onMessage(ctx, *u.ChannelPost)
	case u.Tap != nil:
		return b.onTap(ctx, *u.Tap)
	case u.InlineQuery != nil:
		return b.onInlineQuery(ctx, *u.InlineQuery)
	case u.MyChatMember != nil:
		return b.onMembership(ctx, *u.MyChatMember)
	}
	return nil
}

func (b *Bot) onMessage(ctx context.Context, m message) error {
	if m.MigrateToID != 0 {
		return b.moveChat(ctx, m.Chat.ID, m.MigrateToID)
	}
	name, args, addressed := b.parseCommand(m.Text)
	if !m.Chat.private() {
		return b.onGroupMessage(ctx, m, name, args, addressed)
	}
	if m.From == nil || m.ViaBot != nil || m.Text == "" && !m.something() {
		return nil
	}
	b.unreached.Delete(m.From.ID)
	t, err := b.talk(ctx, m.Chat, *m.From)
	if err != nil {
		return err
	}
	if err := t.reached(ctx); err != nil {
		return err
	}
	if c, known := commandNamed(name); known {
		return c.run(t, ctx, args)
	}
	if t.known && !strings.HasPrefix(m.Text, "/") && len(search.Words(m.Text)) > 0 {
		return t.find(ctx, m.Text, 0)
	}
	return t.hint(ctx)
}

// parseCommand takes apart "/name@bot args". Addressed says that this bot is named;
// a command to another bot is no command.
func (b *Bot) parseCommand(text string) (name, args string, addressed bool) {
	word, args, _ := strings.Cut(strings.TrimSpace(text), " ")
	word, isCommand := strings.CutPrefix(word, "/")
	if !isCommand {
		return "", "", false
	}
	name, bot, named := strings.Cut(word, "@")
	if named && !strings.EqualFold(bot, b.username()) {
		return "", "", false
	}
	return strings.ToLower(name), strings.TrimSpace(args), named
}

func (b *Bot) username() string {
	if me := b.me.Load(); me != nil {
		return me.Username
	}
	return ""
}

// onTap obeys the button. Its data comes from outside like everything else: only what
// this release puts on buttons is obeyed, the rest is out of date.
func (b *Bot) onTap(ctx context.Context, p tap) error {
	if p.Message == nil {
		return b.answer(ctx, p, reply{})
	}
	t, err := b.talk(ctx, p.Message.Chat, p.From)
	if err != nil {
		return err
	}
	if err := t.reached(ctx); err != nil {
		return err
	}
	t.pressed, t.thread = p.Message, p.Message.thread()
	verb, args := parts(p.Data)
	if !t.chat.private() && !harmsNobody(verb) {
		admin, err := b.administers(ctx, t.chat, p.From)
		if err != nil {
			return err
		}
		if !admin {
			return b.answer(ctx, p, reply{text: t.words.T("toast.administrators_only", nil)})
		}
	}
	r, err := t.press(ctx, verb, args)
	if err != nil && !harmless(err) {
		return err
	}
	return b.answer(ctx, p, r)
}

// answer ends the waiting that Telegram shows on a button.
func (b *Bot) answer(ctx context.Context, p tap, r reply) error {
	params := map[string]string{"callback_query_id": p.ID}
	if r.text != "" {
		params["text"] = r.text
	}
	if r.url != "" {
		params["url"] = r.url
	}
	return b.client.Call(ctx, "answerCallbackQuery", params, nil)
}

// reached gives the news again to a chat that was taken for gone, or for one that blocked
// the bot, and whose people write or press. In a group that shows only that it is there.
func (t *talk) reached(ctx context.Context) error {
	status := t.preferences.Status
	if status != subscriptions.Gone && (status != subscriptions.Blocked || !t.chat.private()) {
		return nil
	}
	_, _, err := t.wake(ctx, t.chat.ID)
	return err
}

// talk begins to speak with somebody in a chat.
func (b *Bot) talk(ctx context.Context, c chat, u user) (*talk, error) {
	preferences, known, err := b.store.Get(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	language := preferences.Interface
	if language == "" {
		language = u.LanguageCode
	}
	return &talk{
		Bot: b, chat: c, from: u, preferences: preferences, known: known, words: locale.For(language),
	}, nil
}
