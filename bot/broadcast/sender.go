package broadcast

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// Kind says what a broadcast does on a phone.
type Kind string

// The kinds.
const (
	News       Kind = "news"       // a message with a new item
	Correction Kind = "correction" // the message that a chat has is edited
	Withdrawal Kind = "withdrawal" // the message that a chat has is deleted
	Digest     Kind = "digest"     // a message with the items of a day or a week
)

// Message names a message that a chat has.
type Message struct {
	ID int64
	// Caption reports whether the text stands below a picture. Telegram edits it with another method then.
	Caption bool
	// More reports whether the delivery needs another message after this one: digests only.
	More bool
}

// Delivery is one message for one chat.
type Delivery struct {
	Broadcast   int64
	Kind        Kind
	Chat        int64
	Preferences subscriptions.Preferences
	Item        feeds.Item
	// Items are a digest's, newest first. One that is withdrawn has its place and is not shown.
	Items []feeds.Item
	// Part counts the messages of a digest that the chat has already.
	Part int
	// Silent asks for a message without a sound.
	Silent bool
	// Paid asks Telegram to take the message above its free rate, for a tenth of a Star.
	Paid bool
	// Message is the one to edit or delete; the zero value for News. Its ID is 0 where the
	// chat has the item in a message that can't be reached any more, since the group has
	// become a supergroup: what a correction or a withdrawal says then comes as a new message.
	Message Message
}

// Sender brings one delivery to Telegram: one attempt, with the fallbacks that need
// no waiting (no picture, plain text). It is safe for concurrent use. Its error is
// nil or an *Error.
type Sender interface {
	Deliver(ctx context.Context, d Delivery) (Message, error)
}

// Verdict says what a failed delivery means for the chat and for the broadcast.
type Verdict int

// The verdicts. Only Transient and Ambiguous say that Telegram is in trouble, and only
// they count towards the breaker, which pauses everything. Every other verdict was reached by
// an answer, which shows that Telegram is alive.
const (
	// Transient: Telegram or the network fails. The same delivery is tried again with
	// growing pauses, until Options.GiveUpAfter.
	Transient Verdict = iota
	// Ambiguous: as Transient, but the message may have arrived.
	Ambiguous
	// SlowDown: Telegram asked for a pause of Error.After; where that is 0 it named none, and
	// the pause grows. The pause is the chat's own, until several chats are told so at once.
	SlowDown
	// BlockedByUser: no more is sent until the person comes back; the preferences are kept.
	BlockedByUser
	// Gone: the chat is no more, or not one that a bot can write to; its subscription ends.
	Gone
	// Moved: the group is now the supergroup Error.MovedTo; the subscription moves, then the message.
	Moved
	// NoRights: the bot may not write in this chat now. Rights come and go (a night mode, a
	// closed topic), so that the delivery is tried again for hours; the chat stays active.
	NoRights
	// Refused: Telegram refuses this message in this chat, whatever the sender left out of
	// it. It is never tried again there: the chat is listed with the reason. When many chats
	// in a row refuse one item for the same Error.Reason, the item is at fault.
	Refused
	// OurFault: as Refused, but the request was wrong in a way that no item and no chat
	// explains. The sender logs it as an error and the administrators are notified.
	OurFault
	// Unpaid: Telegram refuses the message, which was to be paid for, in a way that may be the
	// payment's fault. The same delivery is tried at once without paying: what is answered then
	// is the chat's or the item's.
	Unpaid
	// Unauthorized: the bot's token is wrong or was revoked, or the endpoint is not the Bot
	// API; everything stops.
	Unauthorized
	// Conflict: another program uses this bot in a way that excludes this one; everything stops.
	Conflict
)

// Stops reports whether nothing can be sent to anybody any more.
func (v Verdict) Stops() bool { return v == Unauthorized || v == Conflict }

// Error is a failed delivery.
type Error struct {
	Verdict Verdict
	After   time.Duration // with SlowDown; 0 where Telegram named none
	MovedTo int64         // with Moved
	// Reason is why Telegram refused, the same for every chat that is refused for it: its
	// words in lower case, with # for a number and … for an address or a quoted part. It
	// is empty where no answer came.
	Reason string
	Words  string // what Telegram said, as it said it; empty where no answer came
	Err    error  // what Telegram or the network said; never holds the token
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %v", e.Verdict, e.Err) }

// verdictOf is an error's verdict; Transient where it has none.
func verdictOf(err error) Verdict {
	var e *Error
	errors.As(err, &e)
	if e == nil {
		return Transient
	}
	return e.Verdict
}

// Unwrap returns what Telegram or the network said.
func (e *Error) Unwrap() error { return e.Err }

func (v Verdict) String() string {
	names := [...]string{
		"transient", "ambiguous", "slow down", "blocked", "gone", "moved", "no rights",
		"refused", "our fault", "unpaid", "unauthorized", "conflict",
	}
	if v < 0 || int(v) >= len(names) {
		return "unknown"
	}
	return names[v]
}
