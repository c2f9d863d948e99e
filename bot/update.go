package bot

import (
	"encoding/json"

	"kabarchy/subscriptions"
)

// These are the parts of the Bot API's objects that the bot reads. Fewer fields mean
// fewer updates that can't be read when Telegram adds to them.

// allowedUpdates are the kinds asked for. They are always named: left out, Telegram
// keeps whatever was asked for last.
const allowedUpdates = `["message","channel_post","callback_query","inline_query","my_chat_member"]`

type update struct {
	ID           int64         `json:"update_id"`
	Message      *message      `json:"message"`
	ChannelPost  *message      `json:"channel_post"`
	Tap          *tap          `json:"callback_query"`
	InlineQuery  *inlineQuery  `json:"inline_query"`
	MyChatMember *memberChange `json:"my_chat_member"`
}

// kind names the update for logs and metrics.
func (u update) kind() string {
	switch {
	case u.Message != nil:
		return "message"
	case u.ChannelPost != nil:
		return "channel_post"
	case u.Tap != nil:
		return "tap"
	case u.InlineQuery != nil:
		return "inline_query"
	case u.MyChatMember != nil:
		return "membership"
	default:
		return "other"
	}
}

// lane names whose updates have to keep their order with this one: the chat's, or the
// person's where there is no chat.
func (u update) lane() int64 {
	switch {
	case u.Message != nil:
		return u.Message.Chat.ID
	case u.ChannelPost != nil:
		return u.ChannelPost.Chat.ID
	case u.Tap != nil && u.Tap.Message != nil:
		return u.Tap.Message.Chat.ID
	case u.Tap != nil:
		return u.Tap.From.ID
	case u.InlineQuery != nil:
		return u.InlineQuery.From.ID
	case u.MyChatMember != nil:
		return u.MyChatMember.Chat.ID
	default:
		return 0
	}
}

type user struct {
	ID           int64  `json:"id"`
	IsBot        bool   `json:"is_bot"`
	Username     string `json:"username"`
	LanguageCode string `json:"language_code"` // may be missing
}

type chat struct {
	ID    int64  `json:"id"`
	Type  string `json:"type"` // private, group, supergroup or channel
	Title string `json:"title"`
}

func (c chat) private() bool { return c.Type == "private" }

func (c chat) kind() subscriptions.Kind {
	switch c.Type {
	case "private":
		return subscriptions.Person
	case "channel":
		return subscriptions.Channel
	default:
		return subscriptions.Group
	}
}

type message struct {
	ID          int64  `json:"message_id"`
	Date        int64  `json:"date"` // 0 where Telegram no longer gives the message's content
	From        *user  `json:"from"`
	SenderChat  *chat  `json:"sender_chat"` // who speaks as a chat: an anonymous administrator, a channel
	Chat        chat   `json:"chat"`
	Text        string `json:"text"`
	ViaBot      *user  `json:"via_bot"`
	Thread      int    `json:"message_thread_id"`
	InTopic     bool   `json:"is_topic_message"` // without it, the thread is one of replies
	MigrateToID int64  `json:"migrate_to_chat_id"`
	said
}

// thread is the forum topic that the message stands in; 0 outside of one.
func (m message) thread() int {
	if !m.InTopic {
		return 0
	}
	return m.Thread
}

// said are the contents of a message other than text, of which only matters that they
// are there: somebody said something. A message with neither is Telegram's own note,
// such as "pinned a message".
type said struct {
	Animation json.RawMessage `json:"animation"`
	Audio     json.RawMessage `json:"audio"`
	Contact   json.RawMessage `json:"contact"`
	Dice      json.RawMessage `json:"dice"`
	Document  json.RawMessage `json:"document"`
	Location  json.RawMessage `json:"location"`
	Photo     json.RawMessage `json:"photo"`
	Poll      json.RawMessage `json:"poll"`
	Sticker   json.RawMessage `json:"sticker"`
	Story     json.RawMessage `json:"story"`
	Video     json.RawMessage `json:"video"`
	VideoNote json.RawMessage `json:"video_note"`
	Voice     json.RawMessage `json:"voice"`
}

func (s said) something() bool {
	for _, content := range []json.RawMessage{
		s.Animation, s.Audio, s.Contact, s.Dice, s.Document, s.Location, s.Photo,
		s.Poll, s.Sticker, s.Story, s.Video, s.VideoNote, s.Voice,
	} {
		if content != nil {
			return true
		}
	}
	return false
}

// tap is a press on a button below a message.
type tap struct {
	ID      string   `json:"id"`
	From    user     `json:"from"`
	Message *message `json:"message"`
	Data    string   `json:"data"`
}

// memberChange says that somebody changed what the bot may do in a chat.
type memberChange struct {
	Chat chat   `json:"chat"`
	From user   `json:"from"`
	Old  member `json:"old_chat_member"`
	New  member `json:"new_chat_member"`
}

// member is what somebody may do in a chat.
type member struct {
	Status string `json:"status"`
}

// out says that somebody is not in the chat, or not let in.
func (m member) out() bool { return m.Status == "kicked" || m.Status == "left" }

// out says that the bot can't write there any more.
func (m memberChange) out() bool { return m.New.out() }

// in says that the bot has just come into the chat.
func (m memberChange) in() bool { return m.Old.out() && !m.New.out() }
