package bot

import (
	"context"

	"kabarchy/subscriptions"
)

// forgetChat deletes all that is kept of a chat. The preferences go first: without them
// nothing more is sent.
func (b *Bot) forgetChat(ctx context.Context, chat int64) error {
	if err := b.store.Forget(ctx, chat); err != nil {
		return err
	}
	if err := b.forgetChannels(ctx, chat); err != nil {
		return err
	}
	if err := b.forgetPhone(ctx, chat); err != nil {
		return err
	}
	return b.forget(ctx, chat)
}

// moveChat follows a group that has become a supergroup. What else is kept of it goes
// first: who is found under the new id has to have there what it has.
func (b *Bot) moveChat(ctx context.Context, from, to int64) error {
	if err := b.noteMoved(ctx, to); err != nil {
		return err
	}
	if err := b.move(ctx, from, to); err != nil {
		return err
	}
	return b.store.Move(ctx, from, to)
}

// wake gives a chat the news again that could not be written to. Back reports whether it
// could not; the running broadcasts are told also when this is the second time.
func (b *Bot) wake(ctx context.Context, chat int64) (back, known bool, err error) {
	p, known, back, err := b.store.MarkReachable(ctx, chat)
	if err == nil && known && p.Status == subscriptions.Active {
		err = b.joined(ctx, chat)
	}
	return back, known, err
}
