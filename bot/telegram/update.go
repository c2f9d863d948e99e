package telegram

import "strings"

// These are the parts of the Bot API's objects that the bot reads. Fewer fields mean
// fewer updates that can't be read when Telegram adds to them.

// AllowedUpdates are the kinds asked for. They are always named: left out, Telegram
// keeps whatever was asked for last.
const AllowedUpdates = `["message","channel_post","callback_query","inline_query","my_chat_member"]`

// Update is something that has happened, of one of the kinds that AllowedUpdates names. Its
// other fields are nil.
type Update struct {
	ID           int64             `json:"update_id"`
	Message      *Message          `json:"message"`
	ChannelPost  *Message          `json:"channel_post"`
	Callback     *Callback         `json:"callback_query"`
	InlineQuery  *InlineQuery      `json:"inline_query"`
	MyChatMember *MembershipChange `json:"my_chat_member"`
}

// User is a person, or a bot.
type User struct {
	ID           int64  `json:"id"`
	IsBot        bool   `json:"is_bot"`
	Username     string `json:"username"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name"`
	LanguageCode string `json:"language_code"` // may be missing
}

// Name is what the person calls themselves.
func (u User) Name() string { return strings.TrimSpace(u.FirstName + " " + u.LastName) }

// Chat is where people speak: with the bot alone, in a group, or in a channel.
type Chat struct {
	ID    int64  `json:"id"`
	Type  string `json:"type"` // private, group, supergroup or channel
	Title string `json:"title"`
	Forum bool   `json:"is_forum"` // a supergroup with topics
}

// Private reports whether the chat is one person's with the bot.
func (c Chat) Private() bool { return c.Type == "private" }

// Callback is a press on a button below a message.
type Callback struct {
	ID      string   `json:"id"`
	From    User     `json:"from"`
	Message *Message `json:"message"`
	Data    string   `json:"data"`
}

// MembershipChange is that somebody changed what the bot may do in a chat.
type MembershipChange struct {
	Chat Chat   `json:"chat"`
	From User   `json:"from"`
	Old  Member `json:"old_chat_member"`
	New  Member `json:"new_chat_member"`
}

// Member is what somebody may do in a chat.
type Member struct {
	User   User   `json:"user"`
	Status string `json:"status"`
	Post   bool   `json:"can_post_messages"` // an administrator of a channel
}

// Posts reports whether somebody may post in the channel.
func (m Member) Posts() bool { return m.Status == "creator" || m.Status == "administrator" && m.Post }

// Out reports whether somebody is not in the chat, or not let in.
func (m Member) Out() bool { return m.Status == "kicked" || m.Status == "left" }

// Out reports whether the bot can't write there any more.
func (m MembershipChange) Out() bool { return m.New.Out() }

// In reports whether the bot has just come into the chat.
func (m MembershipChange) In() bool { return m.Old.Out() && !m.New.Out() }

// InlineQuery is "@bot words" in any chat.
type InlineQuery struct {
	ID    string `json:"id"`
	From  User   `json:"from"`
	Query string `json:"query"`
}
