package subscriptions

import "time"

// Status tells whether a chat gets news.
type Status uint8

// The statuses. Their numbers are stored: they never change.
const (
	Active  Status = 0 // gets news
	Stopped Status = 1 // asked for none; the preferences wait for a return
	Blocked Status = 2 // blocked the bot, or may not be written to; likewise
	Gone    Status = 3 // is said to be no more; Sweep forgets it some days later
)

// Kind says what sort of chat it is.
type Kind uint8

// The kinds. Their numbers are stored: they never change.
const (
	Person  Kind = 0 // a private chat
	Group   Kind = 1 // a group or a supergroup
	Channel Kind = 2 // a channel, a mirror of a language edition
)

// Preferences are what is kept of one chat. The zero value of every field is the
// default, so that a field costs bytes only for the chats that use it.
type Preferences struct {
	Status Status
	// Interface is the language the bot speaks in this chat: a BCP 47 tag such as "ky".
	Interface string
	// Languages are those of the news, the main one first, at most MaxLanguages.
	Languages []string
	// GoneSince is the day on which the chat was marked Gone, at 0:00 UTC; it means nothing
	// with another status.
	GoneSince time.Time
	// Since is when the chat first subscribed, to the hour.
	Since time.Time

	// Kind is what sort of chat it is.
	Kind Kind
	// Topics are those the chat wants: all of them, unless it chose.
	Topics Topics
	// When is at what times news goes out to the chat.
	When When
	// Quiet are the hours of the day in which no message makes a sound.
	Quiet Quiet
	// Zone is the one of When and Quiet.
	Zone Zone
	// NoPictures asks for text alone: data costs money.
	NoPictures bool
	// PausedUntil is when a pause ends, to the hour; zero where there is none.
	PausedUntil time.Time
	// Owed is what the chat is yet to be told from before its times changed.
	Owed Owed
	// Thread is the message_thread_id of the forum topic that news goes to; 0 for none.
	Thread int
	// Words are those that the chat follows beside its topics: what says one of them is for
	// it, too. They are at most MaxWords, each as IsWord has it, and as they were typed.
	Words []string
}

// Rhythm says how often news goes out to a chat.
type Rhythm uint8

// The rhythms.
const (
	AtOnce Rhythm = iota // each item as it is published
	Daily                // a digest each day
	Weekly               // a digest each week
)

// When is a rhythm and its time, in the chat's zone.
type When struct {
	Rhythm  Rhythm
	Weekday time.Weekday // with Weekly
	Hour    int          // 0 to 23, with Daily and Weekly
}

// Quiet are hours of the day, in the chat's zone: from From until before To, over
// midnight where To is the smaller one. Two equal hours are no quiet hours.
type Quiet struct {
	From, To int // 0 to 23
	// Wait has messages wait for the end of the quiet hours; otherwise they come
	// without a sound.
	Wait bool
}
