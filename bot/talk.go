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
}

// screen is what the bot shows at one time: a text in Telegram's HTML and its buttons.
type screen struct {
	text string
	rows [][]Button
}

// show puts a screen in place of the one whose button was pressed, so that a chat holds
// one screen and not a trail of them. After a typed word it is a new message.
func (t *talk) show(ctx context.Context, s screen) error {
	if t.pressed == nil {
		return t.post(ctx, s)
	}
	err := t.replace(ctx, s)
	switch meaningOf(err) {
	case unchanged:
		return nil
	case noMessage, notEditable, malformed:
		return t.post(ctx, s)
	}
	return err
}

// post shows the screen as a new message.
func (t *talk) post(ctx context.Context, s screen) error {
	params := t.params(s)
	params["text"] = s.text
	params["link_preview_options"] = `{"is_disabled":true}`
	if t.thread != 0 {
		params["message_thread_id"] = strconv.Itoa(t.thread)
	}
	return t.client.Call(ctx, "sendMessage", params, nil)
}

// replace shows the screen in the message whose button was pressed; a picture stays.
func (t *talk) replace(ctx context.Context, s screen) error {
	params := t.params(s)
	params["message_id"] = decimal(t.pressed.ID)
	if t.pressed.Photo != nil {
		params["caption"] = s.text
		return t.client.Call(ctx, "editMessageCaption", params, nil)
	}
	params["text"] = s.text
	params["link_preview_options"] = `{"is_disabled":true}`
	return t.client.Call(ctx, "editMessageText", params, nil)
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
	t.words = locale.For(preferences.Interface)
	return nil
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
