package simulator

// Kind is what a chat is, in the Bot API's words.
type Kind string

// The kinds of chats.
const (
	Private    Kind = "private"
	BasicGroup Kind = "group"
	Supergroup Kind = "supergroup"
	Channel    Kind = "channel"
)
