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
	params := map[string]string{
		"chat_id":              decimal(t.chat.ID),
		"text":                 s.text,
		"parse_mode":           "HTML",
		"link_preview_options": `{"is_disabled":true}`,
		"reply_markup":         markup(s.rows),
	}
	if t.pressed == nil {
		return t.client.Call(ctx, "sendMessage", params, nil)
	}
	params["message_id"] = decimal(t.pressed.ID)
	err := t.client.Call(ctx, "editMessageText", params, nil)
	switch meaningOf(err) {
	case unchanged:
		return nil
	case noMessage, notEditable:
		delete(params, "message_id")
		return t.client.Call(ctx, "sendMessage", params, nil)
	}
	return err
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
