package bot

import (
	"context"
	"errors"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// errNameless says that the bot does not know its own name yet, and so not whether it is
// spoken to.
var errNameless = errors.New("telegram has not said yet who the bot is")

// Start asks Telegram who the bot is.
func (b *Bot) Start() { b.self.Ask() }

// Personal reports whether a press changes nothing for others: it opens an item, say, in the
// person's own chat.
func (b *Bot) Personal(c telegram.Callback) bool {
	verb, _ := render.ParseData(c.Data)
	return callbackOf(verb).anybody
}

// IsCommand reports whether the message is one of the bot's commands, or what one asked for in
// a group.
func (b *Bot) IsCommand(m telegram.Message) bool {
	name, _, _ := b.parseCommand(m.Text)
	_, known := commandNamed(name)
	return known || !m.Chat.Private() && b.answersWord(m)
}

// Handle does what an update asks for. It fails where that could not be done; it may be
// called again, then and at any time.
func (b *Bot) Handle(ctx context.Context, u telegram.Update) error {
	return b.guard(ctx, func() error {
		if err := b.learnName(u); err != nil {
			return err
		}
		return b.route(ctx, u)
	})
}

// Busy asks who pressed a button to wait: too many updates of the chat are in line.
func (b *Bot) Busy(ctx context.Context, u telegram.Update) error {
	return b.guard(ctx, func() error {
		if err := b.learnName(u); err != nil {
			return err
		}
		if u.Callback == nil {
			return nil
		}
		return b.answer(ctx, *u.Callback, reply{text: locale.For(u.Callback.From.LanguageCode).T("toast.busy", nil)}, false)
	})
}

// learnName fails where an update can't be handled without the bot's own name, as long as
// Telegram has not said it.
func (b *Bot) learnName(u telegram.Update) error {
	if b.self.Known() || !needsName(u) {
		return nil
	}
	b.self.Ask()
	return errNameless
}

// Passes reports whether what Handle failed with is over by itself: the bot's name is not
// known yet, too many answers wait for Telegram, or others changed the same chat.
func (b *Bot) Passes(err error) bool {
	return errors.Is(err, errNameless) || errors.Is(err, errOutboxFull) || errors.Is(err, subscriptions.ErrContended)
}
