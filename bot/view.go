package bot

import (
	"time"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// view is what a screen is drawn from. All that hangs on it is pure.
type view struct {
	chat        telegram.Chat
	preferences subscriptions.Preferences
	known       bool // whether there are preferences
	words       locale.Locale
	topics      []render.Topic // those to choose from
	ministry    Ministry
	zone        *time.Location
	now         func() time.Time
	digested    time.Time // see keepDigests
}

// subscribed reports whether the chat gets news, or will when a pause is over.
func (v view) subscribed() bool { return v.known && v.preferences.Status == subscriptions.Active }

// screen is what the bot shows at one time: a text in Telegram's HTML and its buttons.
type screen struct {
	text string
	rows [][]telegram.Button
}

// kindOfChat is how its subscription names a chat.
func kindOfChat(c telegram.Chat) subscriptions.Kind {
	switch c.Type {
	case "private":
		return subscriptions.Person
	case "channel":
		return subscriptions.Channel
	default:
		return subscriptions.Group
	}
}
