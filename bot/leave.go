package bot

import (
	"context"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// sure, behind a verb that takes something away, says that the person was asked.
const sure = "yes"

// question asks before something is taken away. Its answers stand where a hurried second
// tap does no harm: the yes is on the right, where the screens that lead here have nothing,
// and not in the last row; what comes after it has nothing of weight in its place.
func (v view) question(text string, instead, yes telegram.Button) screen {
	yes.Style = telegram.Danger
	return screen{text, [][]telegram.Button{{instead, yes}, v.backToSettings()}}
}

// onStop asks, and ends the subscription of who was asked.
func (t *conversation) onStop(ctx context.Context, args []string) (reply, error) {
	return t.onceSure(ctx, args, t.stop, t.leave)
}

// onceSure asks, and does what was asked about where the person is sure.
func (t *conversation) onceSure(ctx context.Context, args []string, ask, do func(context.Context) error) (reply, error) {
	switch render.Arg(args, 0) {
	case "":
		return reply{}, ask(ctx)
	case sure:
		return reply{}, do(ctx)
	}
	return t.stale()
}

// stop asks whether the subscription is to end. Who has none is told so.
func (t *conversation) stop(ctx context.Context) error {
	switch {
	case !t.known:
		return t.show(ctx, screen{t.words.T("screen.not_subscribed", nil), [][]telegram.Button{t.languageButtons()}})
	case !t.subscribed():
		return t.show(ctx, t.stoppedScreen())
	}
	return t.show(ctx, t.question(t.words.T("screen.stop", nil),
		telegram.Button{Text: t.words.T("button.less_often", nil), Data: render.Data(render.VerbShow, "when")},
		telegram.Button{Text: t.words.T("button.stop_sure", nil), Data: render.Data(render.VerbStop, sure)},
	))
}

// leave ends the subscription and keeps the preferences for a return.
func (t *conversation) leave(ctx context.Context) error {
	err := t.change(ctx, func(p *subscriptions.Preferences, known bool) {
		if known {
			p.Status = subscriptions.Stopped
		}
	})
	if err != nil {
		return err
	}
	return t.show(ctx, t.stoppedScreen())
}

// stoppedScreen has the way back in its last row: see question.
func (v view) stoppedScreen() screen {
	rows := append(v.menu()[:2], []telegram.Button{v.returnButton()})
	return screen{v.words.T("screen.stopped", nil), rows}
}

func (v view) returnButton() telegram.Button {
	return telegram.Button{Text: v.words.T("button.return", nil), Data: render.VerbReturn}
}

// onForget asks, and deletes what is kept of who was asked.
func (t *conversation) onForget(ctx context.Context, args []string) (reply, error) {
	return t.onceSure(ctx, args, t.forgetMe, t.forgotten)
}

// forgetMe asks whether all is to be deleted that is kept of the chat.
func (t *conversation) forgetMe(ctx context.Context) error {
	return t.show(ctx, t.question(t.words.T("screen.forget", nil),
		telegram.Button{Text: t.words.T("button.privacy", nil), Data: render.Data(render.VerbShow, "privacy")},
		telegram.Button{Text: t.words.T("button.forget_sure", nil), Data: render.Data(render.VerbForget, sure)},
	))
}

// forgotten deletes all that is kept of the chat; two taps bring the person back.
func (t *conversation) forgotten(ctx context.Context) error {
	if err := t.bot.forgetChat(ctx, t.chat.ID); err != nil {
		return err
	}
	before := t.preferences.Interface
	t.preferences = subscriptions.Preferences{}
	return t.withMenu(ctx, before, t.show(ctx, screen{t.words.T("screen.forgotten", nil), [][]telegram.Button{t.menu()[0], t.languageButtons()}}))
}

// privacy says what is kept of the chat; to who is at the desk also what is kept of that, which
// nobody can delete.
func (t *conversation) privacy(ctx context.Context) error {
	days := func(d time.Duration) string { return t.words.Number(int(d / (24 * time.Hour))) }
	text := t.words.T("screen.privacy", map[string]any{"Days": days(broadcast.ReportLife), "ChannelDays": days(adderRemembered)})
	if _, is, err := t.atDesk(ctx); err != nil {
		return err
	} else if is {
		text += "\n\n" + t.words.T("screen.desk_privacy", map[string]any{"Days": t.words.Number(desk.KeptDays)})
	}
	return t.show(ctx, screen{text, t.menu()})
}
