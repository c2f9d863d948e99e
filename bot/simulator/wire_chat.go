package simulator

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
		w.ViaBot = &c.server.bot
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
	if m.Caption() {
		w.Photo, w.Caption, w.CaptionEntities = sizes(m.FileID), m.Text, m.Entities
	} else {
		w.Text, w.Entities = m.Text, m.Entities
	}
	if m.Keyboard != nil {
		w.ReplyMarkup = &inlineMarkup{m.Keyboard}
	}
}

func (c *Chat) author(w *wireMessage, m Message) {
	switch {
	case c.kind == Channel:
		w.SenderChat = &w.Chat
	case m.Bot:
		w.From = &c.server.bot
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
