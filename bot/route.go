package bot

import (
	"context"
	"errors"
	"strings"

	"kabarchy/bot/locale"
	"kabarchy/subscriptions"
)

// route hands an update to what answers it. What the bot has no answer for is handled
// by leaving it alone.
func (b *Bot) route(ctx context.Context, u update) error {
	switch {
	case u.Message != nil:
		return b.onMessage(ctx, *u.Message)
	case u.Tap != nil:
		return b.onTap(ctx, *u.Tap)
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
	t, err := b.talk(ctx, m.Chat, *m.From)
	if err != nil {
		return err
	}
	if c, known := commandNamed(name); known {
		return c.run(t, ctx, args)
	}
	return t.hint(ctx)
}

// onGroupMessage obeys an administrator's command that is addressed to this bot. To all
// else it is silent: a group talks with itself.
func (b *Bot) onGroupMessage(ctx context.Context, m message, name, args string, addressed bool) error {
	c, known := commandNamed(name)
	if !known || !addressed {
		return nil
	}
	from := user{}
	if m.From != nil {
		from = *m.From
	}
	anonymous := m.SenderChat != nil && m.SenderChat.ID == m.Chat.ID // speaks as the group itself
	if !anonymous {
		if admin, err := b.administers(ctx, m.Chat, from); err != nil || !admin {
			return err
		}
	}
	t, err := b.talk(ctx, m.Chat, from)
	if err != nil {
		return err
	}
	return c.run(t, ctx, args)
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
	t.pressed = p.Message
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

// onMembership follows what the bot may do in a chat. Who blocks it gets no more; who
// unblocks it gets the news again as before. A group that throws it out is forgotten.
func (b *Bot) onMembership(ctx context.Context, m memberChange) error {
	switch {
	case !m.Chat.private() && m.out():
		return b.forgetChat(ctx, m.Chat.ID)
	case !m.Chat.private():
		return nil
	}
	from, to := subscriptions.Blocked, subscriptions.Active
	if m.out() {
		from, to = to, from
	}
	changed := false
	_, err := b.store.Update(ctx, m.Chat.ID, func(p *subscriptions.Preferences, known bool) {
		if changed = known && p.Status == from; changed {
			p.Status = to
		}
	})
	if err != nil || to != subscriptions.Active {
		return err
	}
	return b.joined(ctx, m.Chat.ID)
}

// administers asks Telegram whether the person may decide for the group.
func (b *Bot) administers(ctx context.Context, c chat, u user) (bool, error) {
	var member struct {
		Status string `json:"status"`
	}
	err := b.client.Call(ctx, "getChatMember", map[string]string{
		"chat_id": decimal(c.ID), "user_id": decimal(u.ID),
	}, &member)
	if err != nil {
		var refused *APIError
		if errors.As(err, &refused) && refused.RetryAfter == 0 {
			return false, nil
		}
		return false, err
	}
	return member.Status == "creator" || member.Status == "administrator", nil
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
