package updates

import (
	"cmp"

	"kabarchy/bot/telegram"
)

// laneDepth is how many presses, searches and other words of one chat may wait for their
// turn. Who presses more wildly than that is told to wait, and then not heard until there
// is room again. Commands find room as long as nobody floods the bot with them, and what
// becomes of a chat always.
const (
	laneDepth    = 8
	commandDepth = 500
)

// room is how many of its chat's updates an update may find before it: few where nothing
// is lost with it but a screen that its sender can ask for again.
func (d *Dispatcher) room(u telegram.Update) int {
	m := cmp.Or(u.Message, u.ChannelPost)
	switch {
	case u.MyChatMember != nil, m != nil && m.MigrateToID != 0:
		return alwaysRoom
	case m != nil && d.handler.IsCommand(*m):
		return commandDepth
	}
	return laneDepth
}

// kindOf names the update for logs and metrics.
func kindOf(u telegram.Update) string {
	switch {
	case u.Message != nil:
		return "message"
	case u.ChannelPost != nil:
		return "channel_post"
	case u.Callback != nil:
		return "tap"
	case u.InlineQuery != nil:
		return "inline_query"
	case u.MyChatMember != nil:
		return "membership"
	default:
		return "other"
	}
}

// laneOf names whose updates have to keep their order with this one: the chat's, or the
// person's where there is no chat, or where a press below a message that many see is the
// sender's own affair. Who presses beside sixty others is answered at once.
func (d *Dispatcher) laneOf(u telegram.Update) int64 {
	switch {
	case u.Message != nil:
		return u.Message.Chat.ID
	case u.ChannelPost != nil:
		return u.ChannelPost.Chat.ID
	case u.Callback != nil && u.Callback.Message != nil && !d.handler.Personal(*u.Callback):
		return u.Callback.Message.Chat.ID
	case u.Callback != nil:
		return u.Callback.From.ID
	case u.MyChatMember != nil:
		return u.MyChatMember.Chat.ID
	default:
		return 0
	}
}
