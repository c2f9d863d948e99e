package bot

import (
	"context"
	"strconv"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// onMembership follows what the bot may do in a chat.
func (b *Bot) onMembership(ctx context.Context, m telegram.MembershipChange) error {
	switch {
	case m.Chat.Private():
		return b.onPersonsMembership(ctx, m)
	case m.Out():
		return b.forgetChat(ctx, m.Chat.ID) // leaves no trace
	}
	back, known, err := b.wake(ctx, m.Chat.ID)
	if err != nil || back || known || !m.In() {
		return err
	}
	return b.introduceTo(ctx, m)
}

// onPersonsMembership: who blocks the bot gets no more; who unblocks it gets the news
// again as before.
func (b *Bot) onPersonsMembership(ctx context.Context, m telegram.MembershipChange) error {
	if !m.Out() {
		_, _, err := b.wake(ctx, m.Chat.ID)
		return err
	}
	_, err := b.store.MarkUnreachable(ctx, m.Chat.ID, subscriptions.Blocked, b.now())
	return err
}

// introduceTo says in a group what the bot is and lets an administrator choose. A
// channel's readers are not to see that, so there it asks whoever added the bot.
func (b *Bot) introduceTo(ctx context.Context, m telegram.MembershipChange) error {
	t, err := b.converse(ctx, m.Chat, m.From)
	if err != nil {
		return err
	}
	if kindOfChat(m.Chat) != subscriptions.Channel {
		return t.show(ctx, t.greeting())
	}
	t, err = b.converse(ctx, telegram.Chat{ID: m.From.ID, Type: "private"}, m.From)
	if err != nil {
		return err
	}
	var row []telegram.Button
	for _, language := range t.languages() {
		row = append(row, telegram.Button{Text: locale.For(language).Name(), Data: render.Data(render.VerbChannel, decimal(m.Chat.ID), language)})
	}
	return t.show(ctx, screen{t.words.HTML("screen.channel", map[string]any{"Title": m.Chat.Title}), [][]telegram.Button{row}})
}

// onChannel makes a channel the mirror of the news in a language.
func (t *conversation) onChannel(ctx context.Context, args []string) (reply, error) {
	id, err := strconv.ParseInt(render.Arg(args, 0), 10, 64)
	language := render.Arg(args, 1)
	if err != nil || id >= 0 || !locale.Spoken(language) || !t.chat.Private() {
		return t.stale()
	}
	channel := telegram.Chat{ID: id, Type: "channel"}
	admin, err := t.bot.administers(ctx, channel, t.from)
	if err != nil {
		return reply{}, err
	}
	if !admin {
		return reply{text: t.words.T("toast.administrators_only", nil)}, nil
	}
	mirror, err := t.bot.converse(ctx, channel, t.from)
	if err != nil {
		return reply{}, err
	}
	if err := mirror.join(ctx, readIn(language)); err != nil {
		return reply{}, err
	}
	return reply{}, t.show(ctx, screen{text: t.words.T("screen.channel_subscribed", nil)})
}
