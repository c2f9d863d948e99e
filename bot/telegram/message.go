package telegram

import "encoding/json"

// Message is something that was said in a chat.
type Message struct {
	ID          int64  `json:"message_id"`
	Date        int64  `json:"date"`      // 0 where Telegram no longer gives the message's content
	Edited      int64  `json:"edit_date"` // of the last change; 0 if there was none
	From        *User  `json:"from"`
	SenderChat  *Chat  `json:"sender_chat"` // who speaks as a chat: an anonymous administrator, a channel
	Chat        Chat   `json:"chat"`
	Text        string `json:"text"`
	ViaBot      *User  `json:"via_bot"`
	Thread      int    `json:"message_thread_id"`
	InTopic     bool   `json:"is_topic_message"` // without it, the thread is one of replies
	MigrateToID int64  `json:"migrate_to_chat_id"`

	Entities        []Entity `json:"entities"`
	Caption         string   `json:"caption"` // below a picture or another file
	CaptionEntities []Entity `json:"caption_entities"`
	// ReplyTo is the message that this one answers, as far as Telegram shows it: without
	// what that one answers itself.
	ReplyTo *Message `json:"reply_to_message"`
	Origin  *Origin  `json:"forward_origin"` // nil unless it was forwarded
	// Album is the same for all messages of one album, each of which comes in an update of
	// its own; empty outside of one.
	Album string `json:"media_group_id"`
	Photo Photo  `json:"photo"`
	// Buttons stand below it. Of the message whose button was pressed, they
	// are those that stood there then.
	Buttons struct {
		Rows [][]Button `json:"inline_keyboard"`
	} `json:"reply_markup"`
	content
}

// Words are what is written in the message: its text, or its caption.
func (m Message) Words() (text string, entities []Entity) {
	if m.Text != "" {
		return m.Text, m.Entities
	}
	return m.Caption, m.CaptionEntities
}

// ForumTopic is the forum topic that the message stands in; 0 outside of one.
func (m Message) ForumTopic() int {
	if !m.InTopic {
		return 0
	}
	return m.Thread
}

// Faded reports whether Telegram tells nothing of the message but its number: it is too old
// (InaccessibleMessage).
func (m Message) Faded() bool { return m.Date == 0 }

// HasContent reports whether the message has contents other than text.
func (m Message) HasContent() bool { return m.Photo != nil || m.content.any() }

// Entity is a stretch of a text with a meaning of its own: bold, italic, text_link and
// others. Offset and Length count UTF-16 units.
type Entity struct {
	Type   string `json:"type"`
	Offset int    `json:"offset"`
	Length int    `json:"length"`
	URL    string `json:"url"` // of a text_link
}

// Origin says where a forwarded message was written first.
type Origin struct {
	Type string `json:"type"` // user, hidden_user, chat or channel
}

// Photo is one picture in several sizes, the smallest first.
type Photo []struct {
	FileID string `json:"file_id"`
}

// FileID names the largest size, to this bot alone; empty if there is none.
func (p Photo) FileID() string {
	if len(p) == 0 {
		return ""
	}
	return p[len(p)-1].FileID
}

// content are the contents of a message other than text and pictures, of which only matters
// that they are there: somebody said something. A message without any is Telegram's own
// note, such as "pinned a message".
type content struct {
	Animation json.RawMessage `json:"animation"`
	Audio     json.RawMessage `json:"audio"`
	Contact   json.RawMessage `json:"contact"`
	Dice      json.RawMessage `json:"dice"`
	Document  json.RawMessage `json:"document"`
	Location  json.RawMessage `json:"location"`
	Poll      json.RawMessage `json:"poll"`
	Sticker   json.RawMessage `json:"sticker"`
	Story     json.RawMessage `json:"story"`
	Video     json.RawMessage `json:"video"`
	VideoNote json.RawMessage `json:"video_note"`
	Voice     json.RawMessage `json:"voice"`
}

func (c content) any() bool {
	for _, part := range []json.RawMessage{
		c.Animation, c.Audio, c.Contact, c.Dice, c.Document, c.Location,
		c.Poll, c.Sticker, c.Story, c.Video, c.VideoNote, c.Voice,
	} {
		if part != nil {
			return true
		}
	}
	return false
}
