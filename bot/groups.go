package bot

import (
	"context"
	"time"

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
	switch {
	case err != nil:
		return err
	case kindOfChat(m.Chat) == subscriptions.Channel:
		return b.onChannelMembership(ctx, m, known)
	case back || known || !m.In():
		return nil
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

// settleDown is how long a supergroup is let be before it is greeted: a group that becomes one
// has the bot join it, and the note of that comes a moment later, or before
// (github.com/tdlib/telegram-bot-api, issue 266).
const settleDown = 2 * time.Second

// introduceTo says in a group what the bot is and lets an administrator choose.
func (b *Bot) introduceTo(ctx context.Context, m telegram.MembershipChange) error {
	if m.Chat.Type == "supergroup" {
		if greeted, err := b.wasGroup(ctx, m.Chat.ID); err != nil || greeted {
			return err
		}
	}
	t, err := b.converse(ctx, m.Chat, m.From)
	if err != nil || t.known {
		return err
	}
	return t.greet(ctx, t.greeting())
}

// wasGroup waits a moment, and reports whether the supergroup was a group before.
func (b *Bot) wasGroup(ctx context.Context, chat int64) (bool, error) {
	timer := time.NewTimer(settleDown)
	defer timer.Stop()
	select {
	case <-timer.C:
		return b.hasMoved(ctx, chat)
	case <-ctx.Done():
		return false, ctx.Err()
	}
}
