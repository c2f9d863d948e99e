package simulator

import (
	"context"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// deleteWindow is how long a message in a private chat or a basic group can be deleted.
const deleteWindow = 48 * time.Hour

func (s *Server) editMessageText(_ context.Context, q *query) (any, *Refusal) {
	text, refusal := formatText(q.params["text"], q.params["parse_mode"], q.params["entities"])
	if refusal != nil {
		return nil, refusal
	}
	options, refusal := q.linkPreview()
	if refusal != nil {
		return nil, refusal
	}
	return s.edit(q, func(m *Message) *Refusal {
		if m.Caption() {
			return NoTextToEdit
		}
		m.Text, m.Entities, m.Preview = text.text, text.entities, preview(options, text)
		return nil
	})
}

func (s *Server) editMessageCaption(_ context.Context, q *query) (any, *Refusal) {
	caption, refusal := formatCaption(q.params["caption"], q.params["parse_mode"], q.params["caption_entities"])
	if refusal != nil {
		return nil, refusal
	}
	return s.edit(q, func(m *Message) *Refusal {
		if !m.Caption() {
			return NoCaptionToEdit
		}
		m.Text, m.Entities = caption.text, caption.entities
		return nil
	})
}

// editMessageMedia changes the picture and the caption, and makes a picture of a text.
func (s *Server) editMessageMedia(_ context.Context, q *query) (any, *Refusal) {
	in, refusal := object[inputMedia](q, "media", "input media")
	switch {
	case refusal != nil:
		return nil, refusal
	case in == nil:
		return nil, bad("input media is not specified")
	}
	media, refusal := s.media(q, *in)
	if refusal != nil {
		return nil, refusal
	}
	return s.edit(q, func(m *Message) *Refusal {
		m.Text, m.Entities, m.Preview = media.Text, media.Entities, ""
		m.Photo, m.FileID, m.File = media.Photo, media.FileID, nil
		return nil
	})
}

func (s *Server) editMessageReplyMarkup(_ context.Context, q *query) (any, *Refusal) {
	return s.edit(q, func(*Message) *Refusal { return nil })
}

// edit changes the message that a request names. Whatever the method, the keyboard
// becomes the one of the request: one that names none removes it.
func (s *Server) edit(q *query, change func(*Message) *Refusal) (any, *Refusal) {
	markup, refusal := q.markup()
	if refusal != nil {
		return nil, refusal
	}
	rows := markup.rows
	if id := q.params["inline_message_id"]; id != "" && q.params["chat_id"] == "" {
		if !markup.inline() {
			return nil, InlineExpected
		}
		return s.editInline(id, rows, change)
	}
	t, refusal := s.target(q)
	if refusal != nil {
		return nil, refusal
	}
	id := q.int("message_id")
	if t.crowd != nil {
		return s.editInCrowd(t, id, rows, change)
	}
	c := t.chat
	c.mu.Lock()
	defer c.mu.Unlock()
	if refusal := c.access(); refusal != nil {
		return nil, refusal
	}
	m, found := c.message(id)
	switch {
	case !found:
		return nil, EditNotFound
	case !m.Bot || m.Inline || m.Service != "" || m.Question != nil:
		return nil, CantEdit
	case !markup.inline():
		return nil, InlineExpected
	}
	if refusal := c.replaceWithinLimit(m, rows, change); refusal != nil {
		return nil, refusal
	}
	return c.wireMessage(*m), nil
}

// replaceWithinLimit is replace for an edit that counts towards a group's limit, which messages
// and edits share. c.mu is held.
func (c *Chat) replaceWithinLimit(m *Message, rows [][]Button, change func(*Message) *Refusal) *Refusal {
	if c.kind != Private {
		if refusal := c.account.limiter.pass(&c.pace, c.account.now(), true, false); refusal != nil {
			return refusal
		}
	}
	return c.replace(m, rows, change)
}

func (s *Server) editInline(id string, rows [][]Button, change func(*Message) *Refusal) (any, *Refusal) {
	c, number := s.inlineMessage(id)
	if c == nil {
		return nil, bad("MESSAGE_ID_INVALID")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	m, found := c.message(number)
	if !found || !m.Inline {
		return nil, bad("MESSAGE_ID_INVALID")
	}
	return true, c.replace(m, rows, change)
}

// replace changes m in place under the chat's lock; readers hold copies.
func (c *Chat) replace(m *Message, rows [][]Button, change func(*Message) *Refusal) *Refusal {
	next := *m
	if refusal := change(&next); refusal != nil {
		return refusal
	}
	next.Keyboard = rows
	content := !sameContent(*m, next)
	if !content && reflect.DeepEqual(m.Keyboard, rows) {
		return NotModified
	}
	if content {
		next.Edited = c.account.now()
	}
	*m = next
	c.account.counts.edited.Add(1)
	c.touch()
	return nil
}

func sameContent(a, b Message) bool {
	return formatted{a.Text, a.Entities}.equal(formatted{b.Text, b.Entities}) && a.FileID == b.FileID && a.Preview == b.Preview
}

// editInCrowd takes any change to a message that may exist: crowds keep none.
func (s *Server) editInCrowd(t target, id int64, rows [][]Button, change func(*Message) *Refusal) (any, *Refusal) {
	if id <= 0 || id > s.account.lastMessage.Load() {
		return nil, EditNotFound
	}
	m := Message{Chat: t.id, ID: id, Bot: true, Date: s.account.now()}
	if refusal := change(&m); refusal == NoCaptionToEdit {
		m.Photo = "unknown" // it may have been one: crowds keep no messages
		refusal = change(&m)
		m.Photo = ""
		if refusal != nil {
			return nil, refusal
		}
	}
	m.Keyboard, m.Edited = rows, s.account.now()
	s.account.counts.edited.Add(1)
	return s.crowdMessage(m), nil
}

func (s *Server) deleteMessage(_ context.Context, q *query) (any, *Refusal) {
	id := q.int("message_id")
	if id == 0 {
		return nil, MissingMessageID
	}
	return s.delete(q, []int64{id}, false)
}

// deleteMessages deletes up to 100 messages; those that are not found are skipped.
func (s *Server) deleteMessages(_ context.Context, q *query) (any, *Refusal) {
	var ids []int64
	if err := json.Unmarshal([]byte(strings.TrimSpace(q.params["message_ids"])), &ids); err != nil || len(ids) == 0 {
		return nil, bad("message identifiers are not specified")
	}
	if len(ids) > 100 {
		return nil, bad("too many message identifiers specified")
	}
	return s.delete(q, ids, true)
}

func (s *Server) delete(q *query, ids []int64, skip bool) (any, *Refusal) {
	t, refusal := s.target(q)
	if refusal != nil {
		return nil, refusal
	}
	if t.crowd != nil {
		if !skip && ids[0] > s.account.lastMessage.Load() {
			return nil, DeleteNotFound
		}
		s.account.counts.deleted.Add(int64(len(ids)))
		return true, nil
	}
	c := t.chat
	c.mu.Lock()
	defer c.mu.Unlock()
	if refusal := c.access(); refusal != nil {
		return nil, refusal
	}
	for _, id := range ids {
		m, found := c.message(id)
		if !found && !skip {
			return nil, DeleteNotFound
		}
		if found {
			if refusal := c.mayDelete(*m); refusal != nil {
				return nil, refusal
			}
		}
	}
	for _, id := range ids {
		if m, found := c.message(id); found {
			m.Deleted = true
			s.account.counts.deleted.Add(1)
		}
	}
	c.touch()
	return true, nil
}

// mayDelete: what is old stays in private chats and basic groups; what others wrote
// stays in groups where the bot has not the right.
func (c *Chat) mayDelete(m Message) *Refusal {
	old := c.account.now().Sub(m.Date) > deleteWindow
	if c.group != nil && !m.Bot && !c.group.bot.rights.Delete {
		return CantDelete
	}
	if old && (c.kind == Private || c.kind == BasicGroup) {
		return CantDeleteForAll
	}
	return nil
}

// inlineMessage finds the chat and the number that an inline_message_id names.
func (s *Server) inlineMessage(id string) (c *Chat, number int64) {
	chatPart, messagePart, _ := strings.Cut(id, "_")
	chat, err1 := strconv.ParseInt(chatPart, 36, 64)
	number, err2 := strconv.ParseInt(messagePart, 36, 64)
	if err1 != nil || err2 != nil {
		return nil, 0
	}
	c, _ = s.Chat(chat)
	return c, number
}
