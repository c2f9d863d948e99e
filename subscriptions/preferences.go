package subscriptions

import "time"

// Status says whether a chat gets news.
type Status uint8

// The statuses. Their numbers are stored: they never change.
const (
	Active  Status = 0 // gets news
	Stopped Status = 1 // asked for none; the preferences wait for a return
	Blocked Status = 2 // blocked the bot, or Telegram refuses the chat; likewise
)

// Preferences are what is kept of one chat. The zero value of every field is the
// default, so that a field costs bytes only for the chats that use it.
type Preferences struct {
	Status Status
	// Interface is the language the bot speaks in this chat: a BCP 47 tag such as "ky".
	Interface string
	// Languages are those of the news, the main one first.
	Languages []string
	// Since is when the chat first subscribed, to the hour.
	Since time.Time
}
