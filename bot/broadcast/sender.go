package broadcast

import (
	"context"
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
	// Caption says that the text stands below a picture: Telegram edits it with another method.
	Caption bool
	// More says that the delivery needs another message after this one: digests only.
	More bool
}

// Delivery is one message for one chat.
type Delivery struct {
	Broadcast   int64
	Kind        Kind
	Chat        int64
	Preferences subscriptions.Preferences
	Item        feeds.Item
	// Items are a digest's, newest first.
	Items []feeds.Item
	// Part counts the messages of a digest that the chat has already.
	Part int
	// Silent asks for a message without a sound.
	Silent bool
	// Message is the one to edit or delete; the zero value for News.
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

// The verdicts.
const (
	// Transient: a passing or an unknown fault; the same delivery is tried again later.
	Transient Verdict = iota
	// Ambiguous: as Transient, but the message may have arrived.
	Ambiguous
	// SlowDown: Telegram asked for a pause of Error.After.
	SlowDown
	// BlockedByUser: no more is sent until the person comes back; the preferences are kept.
	BlockedByUser
	// Gone: the chat is no more; its preferences are deleted.
	Gone
	// Moved: the group is now the supergroup Error.MovedTo; the subscription moves, then the message.
	Moved
	// NoRights: the bot may not write in this chat; it is paused like a blocked one.
	NoRights
	// Refused: Telegram refuses this message for good, though the sender tried its fallbacks.
	Refused
	// Unauthorized: the bot's token is wrong or was revoked; everything stops.
	Unauthorized
)

// Error is a failed delivery.
type Error struct {
	Verdict Verdict
	After   time.Duration // with SlowDown
	MovedTo int64         // with Moved
	Err     error         // what Telegram or the network said; never holds the token
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %v", e.Verdict, e.Err) }

// Unwrap returns what Telegram or the network said.
func (e *Error) Unwrap() error { return e.Err }

func (v Verdict) String() string {
	names := [...]string{"transient", "ambiguous", "slow down", "blocked", "gone", "moved", "no rights", "refused", "unauthorized"}
	if v < 0 || int(v) >= len(names) {
		return "unknown"
	}
	return names[v]
}
