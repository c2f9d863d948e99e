package simulator

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

type linkPreview struct {
	Disabled      bool   `json:"is_disabled,omitempty"`
	URL           string `json:"url,omitempty"`
	PreferSmall   bool   `json:"prefer_small_media,omitempty"`
	PreferLarge   bool   `json:"prefer_large_media,omitempty"`
	ShowAboveText bool   `json:"show_above_text,omitempty"`
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
