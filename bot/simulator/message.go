package simulator

import "time"

// Message is a message as a chat shows it. A Message is a copy: it never changes
// under its reader. Its slices are shared and must not be written to.
type Message struct {
	Chat int64
	ID   int64
	// Thread is the forum topic the message stands in; 0 in the general one.
	Thread int64
	// From is the person who wrote it; 0 for the bot and for a channel's posts.
	From int64
	// Bot reports whether the bot sent it.
	Bot bool
	// Name is what the chat shows as the author.
	Name string
	Date time.Time
	// Edited is the time of the last change, zero without one. A change of the
	// keyboard alone does not count, as in Telegram.
	Edited time.Time
	// Deleted messages stay in a chat's history, and leave what the phone shows.
	Deleted bool
	// Faded messages are so old that the bot is told nothing of them but their number.
	Faded bool

	// Text is the message's text or, below a Photo, its caption; entities are taken out.
	Text     string
	Entities []Entity
	// Photo is an address a page can show: the URL the bot named, or a path of the
	// simulator's own for an uploaded picture.
	Photo string
	// FileID names the photo or the file in the Bot API.
	FileID string
	// File is one that is shown as such; nil for none.
	File     *File
	Keyboard [][]Button
	// Question is that the phone opens its keyboard for an answer (force_reply); nil for none.
	Question *Question
	// Preview is the link preview's address, if one is shown.
	Preview string

	Silent    bool // arrived without a sound
	Protected bool // can't be forwarded or saved
	ReplyTo   int64
	// Album is the same for all pictures of one album; empty outside of one.
	Album string
	// Origin says where a forwarded message was written first; nil for any other.
	Origin *Origin
	// Inline reports whether a person sent it through the bot (@bot word).
	Inline bool
	// Service is set for what Telegram itself writes in a chat: "new_chat_members",
	// "left_chat_member", "forum_topic_created" or "migrate".
	Service string
}

// Caption reports whether Text stands below a picture or a file.
func (m Message) Caption() bool { return m.Photo != "" || m.File != nil }

// Origin says where a message was written first.
type Origin struct {
	Name    string // of who wrote it
	Date    time.Time
	User    *User // nil for a channel, and for who does not let others see it
	Channel int64 // 0 for people
	Message int64 // its number in the channel
}

// File is a file that a message brings as it is, not as a picture.
type File struct {
	Name string
	Size int
	Type string // as "image/png"
	// Address is a path of the simulator's own.
	Address string
}

// Question is what a message with force_reply makes the phone show.
type Question struct {
	Placeholder string // in the empty line
	Selective   bool   // asks only whom the message answers; in private chats it means nothing
}

// Button finds the first button with the label.
func (m Message) Button(label string) (Button, bool) {
	return m.find(func(b Button) bool { return b.Text == label })
}

func (m Message) find(what func(Button) bool) (Button, bool) {
	for _, row := range m.Keyboard {
		for _, b := range row {
			if what(b) {
				return b, true
			}
		}
	}
	return Button{}, false
}

// Entity is a stretch of a text with a meaning of its own, in the Bot API's words.
// Offset and Length count UTF-16 units.
type Entity struct {
	Type     string `json:"type"`
	Offset   int    `json:"offset"`
	Length   int    `json:"length"`
	URL      string `json:"url,omitempty"`
	User     *User  `json:"user,omitempty"`
	Language string `json:"language,omitempty"`
	EmojiID  string `json:"custom_emoji_id,omitempty"`
	UnixTime int64  `json:"unix_time,omitempty"`
}

// Button is one of an inline keyboard's.
type Button struct {
	Text              string     `json:"text"`
	URL               string     `json:"url,omitempty"`
	Data              string     `json:"callback_data,omitempty"`
	SwitchInline      *string    `json:"switch_inline_query,omitempty"`
	SwitchInlineHere  *string    `json:"switch_inline_query_current_chat,omitempty"`
	SwitchInlineTo    *InlineTo  `json:"switch_inline_query_chosen_chat,omitempty"`
	CopyText          *CopyText  `json:"copy_text,omitempty"`
	WebApp            *WebAppURL `json:"web_app,omitempty"`
	Style             string     `json:"style,omitempty"`
	IconCustomEmojiID string     `json:"icon_custom_emoji_id,omitempty"`
}

// InlineTo is a button's wish to share through the bot in a chat of some kinds.
type InlineTo struct {
	Query    string `json:"query"`
	Users    bool   `json:"allow_user_chats,omitempty"`
	Bots     bool   `json:"allow_bot_chats,omitempty"`
	Groups   bool   `json:"allow_group_chats,omitempty"`
	Channels bool   `json:"allow_channel_chats,omitempty"`
}

// CopyText is what a button puts on the clipboard.
type CopyText struct {
	Text string `json:"text"`
}

// WebAppURL is the page that a button opens inside Telegram.
type WebAppURL struct {
	URL string `json:"url"`
}

// User is a person or a bot, in the Bot API's words.
type User struct {
	ID        int64  `json:"id"`
	IsBot     bool   `json:"is_bot"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name,omitempty"`
	Username  string `json:"username,omitempty"`
	// LanguageCode is the language of the person's phone; it may be missing.
	LanguageCode string `json:"language_code,omitempty"`
}
