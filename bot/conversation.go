package bot

import (
	"context"
	"errors"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// conversation is one exchange with somebody: what was said, by whom, and what is known of
// the chat. What it draws hangs on its view; for what it does it has the bot.
type conversation struct {
	view
	bot      *Bot
	from     telegram.User
	thread   int               // the forum topic it stands in; 0 outside of one
	pressed  *telegram.Message // the message whose button was pressed; nil for a message of theirs
	silent   bool              // new messages come without a sound
	press    telegram.Callback // the press itself, likewise
	said     int64             // the message in which they wrote a command or other words
	replies  bool              // a new message answers that one
	asks     string            // what a new message shows in the empty line for an answer, in place of buttons
	poster   string            // the label of the poster by whose link they came; empty for none
	returned bool              // was taken for gone, and is not
	moved    bool              // what the group gets has gone to another forum topic
	whole    bool              // what it shows is seen at once: nothing of it opens at a tap only
	late     bool              // what it shows takes longer than anybody waits for
	// unhurried, of a press, has the buttons below the finger change nothing at once; nil where
	// nobody pressed.
	unhurried func(rows [][]telegram.Button) [][]telegram.Button
}

// show puts a screen in place of the one whose button was pressed, so that a chat holds
// one screen and not a trail of them. After a typed word it is a new message.
func (t *conversation) show(ctx context.Context, s screen) error { return t.illustrate(ctx, s, "") }

// illustrate shows a screen with the picture at the address below it; none if that is empty.
// It returns before the screen is there if Telegram takes its time.
func (t *conversation) illustrate(ctx context.Context, s screen, picture string) error {
	t.bot.reads.leave(t.chat.ID)
	if !t.whole {
		s.text = render.Fold(s.text, t.topicInWords())
	}
	if t.unhurried != nil && t.pressed != nil {
		s.rows = t.unhurried(s.rows)
	}
	shown := *t // who speaks goes on
	a := &answer{life: screenLife, call: func(ctx context.Context) error {
		_, err := shown.put(ctx, s, picture)
		return err
	}}
	if t.pressed != nil {
		a.place = t.pressed.ID
	}
	arrived, err := t.bot.outbox.say(ctx, addressee{chat: t.chat.ID}, a)
	t.late = !arrived
	return err
}

// topicInWords says that the news goes to the topic in which it is said; empty where it went
// there before.
func (t *conversation) topicInWords() string {
	switch {
	case !t.moved:
		return ""
	case t.thread == 0:
		return t.words.T("line.moved_general", nil)
	}
	return t.words.T("line.moved_topic", nil)
}

// put puts a screen in place of the one whose button was pressed, or below what there is,
// and returns the message that shows it; 0 where Telegram does not say which.
func (t *conversation) put(ctx context.Context, s screen, picture string) (int64, error) {
	if t.pressed == nil {
		return t.send(ctx, s, picture)
	}
	s.rows = dateAll(s.rows, t.now())
	err := t.replace(ctx, s, picture)
	switch telegram.ReasonOf(err) {
	case telegram.Unchanged:
		return t.pressed.ID, nil
	case telegram.NoMessage, telegram.NotEditable:
		return t.send(ctx, s, picture)
	}
	return t.pressed.ID, err
}

// post shows the screen as a new message, and returns when it has arrived or was refused.
func (t *conversation) post(ctx context.Context, s screen) error {
	_, err := t.send(ctx, s, "")
	return err
}

// send is post with the picture at the address below the text; none if that is empty. It
// follows a group that has become a supergroup.
func (t *conversation) send(ctx context.Context, s screen, picture string) (int64, error) {
	m := t.outgoing(s, picture)
	m.Thread, m.Silent = t.thread, t.silent
	if t.replies {
		m.ReplyTo = t.said
	}
	if t.asks != "" {
		m.Markup = telegram.ForceReply(t.asks)
	}
	sent, err := t.deliver(ctx, m, func(m render.Outgoing) (string, map[string]string) {
		params := m.Params(t.chat.ID)
		m.Place(params)
		return "sendMessage", params
	})
	var refused *telegram.APIError
	if telegram.ReasonOf(err) != telegram.Moved || !errors.As(err, &refused) || refused.MigrateTo == t.chat.ID {
		return sent.ID, err
	}
	if err := t.bot.moveChat(ctx, t.chat.ID, refused.MigrateTo); err != nil {
		return 0, err
	}
	t.chat.ID = refused.MigrateTo
	return t.send(ctx, s, picture)
}

// replace shows the screen in the message whose button was pressed. Where that has a
// picture of its own, it stays and leaves no room for another.
func (t *conversation) replace(ctx context.Context, s screen, picture string) error {
	m := t.outgoing(s, picture)
	m.Caption = t.pressed.Photo != nil
	_, err := t.deliver(ctx, m, func(m render.Outgoing) (string, map[string]string) {
		params := m.Params(t.chat.ID)
		params["message_id"] = decimal(t.pressed.ID)
		if m.Caption {
			return "editMessageCaption", params
		}
		return "editMessageText", params
	})
	return err
}

// deliver sends a screen as it is meant and, where Telegram refuses that, simpler. Each
// round leaves out something, so that it ends.
func (t *conversation) deliver(
	ctx context.Context, m render.Outgoing, call func(render.Outgoing) (method string, params map[string]string),
) (telegram.Sent, error) {
	for {
		var sent telegram.Sent
		method, params := call(m)
		err := t.bot.client.Call(ctx, method, params, &sent)
		if err == nil || telegram.ReasonOf(err) == telegram.Arrived {
			return sent, nil
		}
		p, found := m.Remedy(err)
		if !found {
			return telegram.Sent{}, err
		}
		m = m.Without(p)
		t.bot.metrics.fallbacks.WithLabelValues(p.String()).Inc()
		t.bot.log.WarnContext(ctx, "screen simplified", "chat", t.chat.ID, "without", p.String(), "error", err)
	}
}

// outgoing is the screen as one would like to send it. Without rows it takes the buttons of
// the screen that it replaces away.
func (v view) outgoing(s screen, picture string) render.Outgoing {
	return render.Outgoing{
		Message: render.Message{HTML: s.text, Plain: render.WithoutTags(s.text), Markup: telegram.Keyboard(s.rows)},
		Picture: picture, Preview: true,
	}
}

// change changes what is kept of the chat. The change may run more than once.
func (t *conversation) change(ctx context.Context, change func(p *subscriptions.Preferences, known bool)) error {
	preferences, err := t.bot.store.Update(ctx, t.chat.ID, change)
	if err != nil {
		return err
	}
	t.preferences = preferences
	if preferences.Interface != "" { // else there is nothing of the chat, and the phone's language stays
		t.words = locale.For(preferences.Interface)
	}
	return nil
}

// converse begins to speak with somebody in a chat.
func (b *Bot) converse(ctx context.Context, c telegram.Chat, u telegram.User) (*conversation, error) {
	preferences, known, err := b.store.Get(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	language := preferences.Interface
	if language == "" {
		language = u.LanguageCode
	}
	if language == "" && c.Private() { // nobody has asked: somebody at the desk is told something
		if language, err = b.phoneOf(ctx, c.ID); err != nil {
			return nil, err
		}
	}
	return &conversation{
		view: view{
			chat: c, preferences: preferences, known: known, words: locale.For(language),
			topics: b.topics, ministry: b.ministry, zone: b.zone, now: b.now,
		},
		bot: b, from: u,
	}, nil
}

// converseWith is converse in somebody's private chat.
func (b *Bot) converseWith(ctx context.Context, u telegram.User) (*conversation, error) {
	return b.converse(ctx, telegram.Chat{ID: u.ID, Type: "private"}, u)
}

// reached gives the news again to a chat that was taken for gone, or for one that blocked
// the bot, and whose people write or press. In a group that shows only that it is there.
func (t *conversation) reached(ctx context.Context) error {
	status := t.preferences.Status
	if status != subscriptions.Gone && (status != subscriptions.Blocked || !t.chat.Private()) {
		return nil
	}
	_, _, err := t.bot.wake(ctx, t.chat.ID)
	if err == nil {
		t.preferences.Status, t.returned = subscriptions.Active, true
	}
	return err
}
