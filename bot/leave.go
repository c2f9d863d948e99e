package bot

import (
	"context"

	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// stop ends the subscription and keeps the preferences for a return.
func (t *conversation) stop(ctx context.Context) error {
	err := t.change(ctx, func(p *subscriptions.Preferences, known bool) {
		if known {
			p.Status = subscriptions.Stopped
		}
	})
	if err != nil {
		return err
	}
	rows := [][]telegram.Button{{{Text: t.words.T("button.subscribe", nil), Data: render.VerbReturn}}}
	if t.known {
		rows = append(rows, []telegram.Button{{Text: t.words.T("button.weekly_instead", nil), Data: render.Data(render.VerbReturn, "weekly")}})
	}
	return t.show(ctx, screen{t.words.T("screen.stopped", nil), rows})
}

// forgetMe deletes all that is kept of the chat, at once: that is what was asked for, and
// two taps bring the person back.
func (t *conversation) forgetMe(ctx context.Context) error {
	if err := t.bot.forgetChat(ctx, t.chat.ID); err != nil {
		return err
	}
	return t.show(ctx, screen{t.words.T("screen.forgotten", nil), [][]telegram.Button{t.languageButtons()}})
}

func (t *conversation) privacy(ctx context.Context) error {
	return t.show(ctx, screen{t.words.T("screen.privacy", nil), t.menu()})
}
