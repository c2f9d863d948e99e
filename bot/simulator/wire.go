package simulator

import "strconv"

// The types in this file are the Bot API's own, as they cross the wire.

type wireChat struct {
	ID        int64  `json:"id"`
	Title     string `json:"title,omitempty"`
	FirstName string `json:"first_name,omitempty"`
	Username  string `json:"username,omitempty"`
	Type      Kind   `json:"type"`
	IsForum   bool   `json:"is_forum,omitempty"`
}

type wireMessage struct {
	MessageID       int64         `json:"message_id"`
	ThreadID        int64         `json:"message_thread_id,omitempty"`
	IsTopic         bool          `json:"is_topic_message,omitempty"`
	From            *User         `json:"from,omitempty"`
	SenderChat      *wireChat     `json:"sender_chat,omitempty"`
	Chat            wireChat      `json:"chat"`
	Date            int64         `json:"date"`
	EditDate        int64         `json:"edit_date,omitempty"`
	ViaBot          *User         `json:"via_bot,omitempty"`
	Protected       bool          `json:"has_protected_content,omitempty"`
	ReplyTo         *wireMessage  `json:"reply_to_message,omitempty"`
	Origin          *wireOrigin   `json:"forward_origin,omitempty"`
	Album           string        `json:"media_group_id,omitempty"`
	Document        *wireDocument `json:"document,omitempty"`
	Text            string        `json:"text,omitempty"`
	Entities        []Entity      `json:"entities,omitempty"`
	LinkPreview     *linkPreview  `json:"link_preview_options,omitempty"`
	Photo           []photoSize   `json:"photo,omitempty"`
	Caption         string        `json:"caption,omitempty"`
	CaptionEntities []Entity      `json:"caption_entities,omitempty"`
	ReplyMarkup     *inlineMarkup `json:"reply_markup,omitempty"`
	NewMembers      []User        `json:"new_chat_members,omitempty"`
	LeftMember      *User         `json:"left_chat_member,omitempty"`
	MigrateTo       int64         `json:"migrate_to_chat_id,omitempty"`
	MigrateFrom     int64         `json:"migrate_from_chat_id,omitempty"`
	TopicCreated    *topicCreated `json:"forum_topic_created,omitempty"`
}

type inlineMarkup struct {
	Keyboard [][]Button `json:"inline_keyboard"`
}

type photoSize struct {
	FileID   string `json:"file_id"`
	UniqueID string `json:"file_unique_id"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	FileSize int    `json:"file_size,omitempty"`
}

// wireDocument is a file that is sent as such.
type wireDocument struct {
	FileID   string `json:"file_id"`
	UniqueID string `json:"file_unique_id"`
	Name     string `json:"file_name,omitempty"`
	Type     string `json:"mime_type,omitempty"`
	Size     int    `json:"file_size,omitempty"`
}

// wireOrigin is a MessageOrigin. Which fields it has depends on the type.
type wireOrigin struct {
	Type      string    `json:"type"`
	Date      int64     `json:"date"`
	User      *User     `json:"sender_user,omitempty"`
	Name      string    `json:"sender_user_name,omitempty"` // of type hidden_user
	Chat      *wireChat `json:"chat,omitempty"`             // of type channel
	MessageID int64     `json:"message_id,omitempty"`       // likewise
}

type topicCreated struct {
	Name      string `json:"name"`
	IconColor int    `json:"icon_color"`
}

type wireCallback struct {
	ID           string       `json:"id"`
	From         User         `json:"from"`
	Message      *wireMessage `json:"message,omitempty"`
	InlineID     string       `json:"inline_message_id,omitempty"`
	ChatInstance string       `json:"chat_instance"`
	Data         string       `json:"data"`
}

type wireInlineQuery struct {
	ID       string `json:"id"`
	From     User   `json:"from"`
	Query    string `json:"query"`
	Offset   string `json:"offset"`
	ChatType string `json:"chat_type,omitempty"`
}

type wireChosen struct {
	ResultID string `json:"result_id"`
	From     User   `json:"from"`
	Query    string `json:"query"`
	InlineID string `json:"inline_message_id,omitempty"`
}

type wireMemberUpdated struct {
	Chat wireChat   `json:"chat"`
	From User       `json:"from"`
	Date int64      `json:"date"`
	Old  wireMember `json:"old_chat_member"`
	New  wireMember `json:"new_chat_member"`
}

// wireMember is a ChatMember. Which fields it has depends on the status.
type wireMember struct {
	Status        Role   `json:"status"`
	User          User   `json:"user"`
	UntilDate     *int64 `json:"until_date,omitempty"`
	IsMember      *bool  `json:"is_member,omitempty"`
	CanBeEdited   *bool  `json:"can_be_edited,omitempty"`
	IsAnonymous   *bool  `json:"is_anonymous,omitempty"`
	CanManageChat *bool  `json:"can_manage_chat,omitempty"`
	CanDelete     *bool  `json:"can_delete_messages,omitempty"`
	CanPost       *bool  `json:"can_post_messages,omitempty"`
	CanEdit       *bool  `json:"can_edit_messages,omitempty"`
	CanPin        *bool  `json:"can_pin_messages,omitempty"`
	CanTopics     *bool  `json:"can_manage_topics,omitempty"`
	CanSend       *bool  `json:"can_send_messages,omitempty"`
	CanSendPhotos *bool  `json:"can_send_photos,omitempty"`
}

func memberOnWire(u User, b botMember) wireMember {
	m := wireMember{Status: b.role, User: u}
	switch b.role {
	case Creator:
		m.IsAnonymous = new(false)
	case Administrator:
		m.CanBeEdited, m.IsAnonymous, m.CanManageChat = new(false), new(false), new(true)
		m.CanDelete, m.CanPost, m.CanEdit = new(b.rights.Delete), new(b.rights.Post), new(b.rights.Edit)
		m.CanPin, m.CanTopics = new(b.rights.Pin), new(b.rights.Topics)
	case Restricted:
		m.IsMember, m.UntilDate = new(true), new(int64(0))
		m.CanSend, m.CanSendPhotos = new(!b.rights.NoText), new(!b.rights.NoPhotos)
	case Kicked:
		m.UntilDate = new(int64(0))
	}
	return m
}

// wire is the chat inside messages. c.mu is held.
func (c *Chat) wire() wireChat {
	w := wireChat{ID: c.id, Type: c.kind, Username: c.username}
	if p := c.person; p != nil {
		w.FirstName, w.Username = p.user.FirstName, p.user.Username
	} else {
		w.Title, w.IsForum = c.title, c.group.forum
	}
	return w
}

// wireMessage is m as the bot sees it. c.mu is held.
func (c *Chat) wireMessage(m Message) *wireMessage {
	w := &wireMessage{
		MessageID: m.ID, Chat: c.wire(), Date: m.Date.Unix(), Protected: m.Protected,
	}
	c.author(w, m)
	if c.group != nil && c.group.forum && m.Thread != 0 {
		w.ThreadID, w.IsTopic = m.Thread, true
	}
	if !m.Edited.IsZero() {
		w.EditDate = m.Edited.Unix()
	}
	if m.Inline {
		w.ViaBot = &c.account.bot
	}
	w.content(m)
	if reply, found := c.message(m.ReplyTo); found {
		r := *reply
		r.ReplyTo = 0 // one level deep, as Telegram
		w.ReplyTo = c.wireMessage(r)
	}
	return w
}

// content is what m says, and its keyboard.
func (w *wireMessage) content(m Message) {
	switch {
	case m.File != nil:
		w.Document = &wireDocument{m.FileID, uniqueID(m.FileID), m.File.Name, m.File.Type, m.File.Size}
		w.Caption, w.CaptionEntities = m.Text, m.Entities
	case m.Photo != "":
		w.Photo, w.Caption, w.CaptionEntities = sizes(m.FileID), m.Text, m.Entities
	default:
		w.Text, w.Entities = m.Text, m.Entities
	}
	w.Album, w.Origin = m.Album, m.Origin.wire()
	if m.Keyboard != nil {
		w.ReplyMarkup = &inlineMarkup{m.Keyboard}
	}
}

func (o *Origin) wire() *wireOrigin {
	switch {
	case o == nil:
		return nil
	case o.Channel != 0:
		return &wireOrigin{
			Type: "channel", Date: o.Date.Unix(), MessageID: o.Message,
			Chat: &wireChat{ID: o.Channel, Title: o.Name, Type: Channel},
		}
	case o.User == nil:
		return &wireOrigin{Type: "hidden_user", Date: o.Date.Unix(), Name: o.Name}
	}
	return &wireOrigin{Type: "user", Date: o.Date.Unix(), User: o.User}
}

func (c *Chat) author(w *wireMessage, m Message) {
	switch {
	case c.kind == Channel:
		w.SenderChat = &w.Chat
	case m.Bot:
		w.From = &c.account.bot
	case c.person != nil:
		w.From = &c.person.user
	default:
		if author, found := c.group.member(m.From); found {
			w.From = &author.User
		} else {
			w.From = &User{ID: m.From, FirstName: m.Name}
		}
	}
}

// sizes are a photo's on the wire, smallest first. The pictures are not looked at:
// the largest is as large as Telegram ever makes one.
func sizes(id string) []photoSize {
	unique := uniqueID(id)
	return []photoSize{
		{FileID: id + "s", UniqueID: unique + "s", Width: 90, Height: 60, FileSize: 1200},
		{FileID: id, UniqueID: unique, Width: 1280, Height: 853, FileSize: 120_000},
	}
}

// uniqueID is what a file is compared by; nothing can be fetched with it.
func uniqueID(id string) string { return id[len(id)-16:] }

// inlineID names a message that came through the bot.
func inlineID(m Message) string {
	return strconv.FormatInt(m.Chat, 36) + "_" + strconv.FormatInt(m.ID, 36)
}
