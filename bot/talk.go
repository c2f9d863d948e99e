package bot

import (
	"context"
	"strconv"

	"kabarchy/bot/locale"
	"kabarchy/subscriptions"
)

// talk is one exchange with somebody: what was said, by whom, and what is known of the chat.
type talk struct {
	*Bot
	chat        chat
	from        user
	preferences subscriptions.Preferences
	known       bool // whether there are preferences
	words       locale.Locale
	thread      int      // the forum topic it stands in; 0 outside of one
	pressed     *message // the message whose button was pressed; nil for a message of theirs
	late        bool     // what it shows takes longer than anybody waits for
}

// screen is what the bot shows at one time: a text in Telegram's HTML and its buttons.
type screen struct {
	text string
	rows [][]Button
}

// show puts a screen in place of the one whose button was pressed, so that a chat holds
// one screen and not a trail of them. After a typed word it is a new message.
func (t *talk) show(ctx context.Context, s screen) error { return t.illustrate(ctx, s, "") }

// illustrate shows a screen with the picture at the address below it; none if that is empty.
// It returns before the screen is there if Telegram takes its time.
func (t *talk) illustrate(ctx context.Context, s screen, picture string) error {
	t.reads.leave(t.chat.ID)
	shown := *t // who speaks goes on
	a := &answer{life: screenLife, call: func(ctx context.Context) error { return shown.put(ctx, s, picture) }}
	if t.pressed != nil {
		a.place = t.pressed.ID
	}
	arrived, err := t.outbox.say(ctx, addressee{chat: t.chat.ID}, a)
	t.late = !arrived
	return err
}

// put puts a screen in place of the one whose button was pressed, or below what there is.
func (t *talk) put(ctx context.Context, s screen, picture string) error {
	if t.pressed == nil {
		return t.send(ctx, s, picture)
	}
	err := t.replace(ctx, s, picture)
	switch meaningOf(err) {
	case unchanged:
		return nil
	case noMessage, notEditable, malformed:
		return t.send(ctx, s, picture)
	}
	return err
}

// post shows the screen as a new message, and returns when it has arrived or was refused.
func (t *talk) post(ctx context.Context, s screen) error { return t.send(ctx, s, "") }

// send is post with the picture at the address below the text; none if that is empty.
func (t *talk) send(ctx context.Context, s screen, picture string) error {
	params := t.params(s)
	params["text"] = s.text
	params["link_preview_options"] = previewOf(picture)
	if t.thread != 0 {
		params["message_thread_id"] = strconv.Itoa(t.thread)
	}
	return t.client.Call(ctx, "sendMessage", params, nil)
}

// replace shows the screen in the message whose button was pressed. Where that has a
// picture of its own, it stays and leaves no room for another.
func (t *talk) replace(ctx context.Context, s screen, picture string) error {
	params := t.params(s)
	params["message_id"] = decimal(t.pressed.ID)
	if t.pressed.Photo != nil {
		params["caption"] = s.text
		return t.client.Call(ctx, "editMessageCaption", params, nil)
	}
	params["text"] = s.text
	params["link_preview_options"] = previewOf(picture)
	return t.client.Call(ctx, "editMessageText", params, nil)
}

// noPreview keeps Telegram from showing what the links in a text lead to.
const noPreview = `{"is_disabled":true}`

// previewOf has Telegram show the picture at the address below a text, and nothing else.
func previewOf(picture string) string {
	if picture == "" {
		return noPreview
	}
	return encoded(map[string]any{"url": picture, "prefer_large_media": true})
}

func (t *talk) params(s screen) map[string]string {
	return map[string]string{
		"chat_id": decimal(t.chat.ID), "parse_mode": "HTML", "reply_markup": markup(s.rows),
	}
}

// change changes what is kept of the chat. The change may run more than once.
func (t *talk) change(ctx context.Context, change func(p *subscriptions.Preferences, known bool)) error {
	preferences, err := t.store.Update(ctx, t.chat.ID, change)
	if err != nil {
		return err
	}
	t.preferences = preferences
	if preferences.Interface != "" { // else there is nothing of the chat, and the phone's language stays
		t.words = locale.For(preferences.Interface)
	}
	return nil
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
