package simulator

import (
	"context"
	"strings"
)

func (s *Server) sendMessage(_ context.Context, q *query) (any, *Refusal) {
	text, refusal := formatText(q.params["text"], q.params["parse_mode"], q.params["entities"])
	if refusal != nil {
		return nil, refusal
	}
	options, refusal := q.linkPreview()
	if refusal != nil {
		return nil, refusal
	}
	m := Message{Text: text.text, Entities: text.entities, Preview: preview(options, text)}
	return s.sendOne(q, m)
}

// sendOne adds to m what every kind of message can have, and sends it.
func (s *Server) sendOne(q *query, m Message) (any, *Refusal) {
	markup, refusal := q.markup()
	if refusal != nil {
		return nil, refusal
	}
	m.Keyboard, m.Question = markup.rows, markup.question
	return s.send(q, m)
}

// send checks the chat and the limits, and makes m arrive.
func (s *Server) send(q *query, m Message) (any, *Refusal) {
	t, refusal := s.target(q)
	if refusal != nil {
		return nil, refusal
	}
	reply, refusal := q.reply()
	if refusal != nil {
		return nil, refusal
	}
	m.Chat, m.Bot, m.Name, m.Date = t.id, true, s.account.bot.FirstName, s.account.now()
	m.Thread = q.int("message_thread_id")
	m.Silent, m.Protected = q.flag("disable_notification"), q.flag("protect_content")
	m.ReplyTo = reply.MessageID
	paid := q.flag("allow_paid_broadcast")
	var sent *wireMessage
	if t.crowd != nil {
		sent, refusal = s.sendToCrowd(t, m, paid)
	} else {
		sent, refusal = t.chat.receive(m, reply.AllowWithout, paid)
	}
	if refusal != nil {
		return nil, refusal
	}
	s.account.counts.accepted.Add(1)
	if paid {
		s.account.counts.paid.Add(1)
	}
	if key := s.options.Key; key != nil {
		s.tallies.of(key(m.Text)).add(t.crowd, t.id)
	}
	return sent, nil
}

func (s *Server) sendToCrowd(t target, m Message, paid bool) (*wireMessage, *Refusal) {
	if m.Thread != 0 {
		return nil, ThreadNotFound
	}
	if refusal := t.crowd.accept(&s.account.limiter, s.account.now(), t.id, paid); refusal != nil {
		return nil, refusal
	}
	m.ID = s.account.lastMessage.Add(1)
	return s.crowdMessage(m), nil
}

// crowdMessage is a message in a crowd member's chat, as the bot sees it.
func (s *Server) crowdMessage(m Message) *wireMessage {
	w := &wireMessage{MessageID: m.ID, From: &s.account.bot, Chat: crowdChat(m.Chat), Date: m.Date.Unix()}
	w.content(m)
	return w
}

// receive makes a message of the bot arrive.
func (c *Chat) receive(m Message, allowWithout, paid bool) (*wireMessage, *Refusal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if refusal := c.mayWrite(m); refusal != nil {
		return nil, refusal
	}
	if m.ReplyTo != 0 && !allowWithout {
		if _, found := c.message(m.ReplyTo); !found {
			return nil, ReplyNotFound
		}
	}
	if refusal := c.account.limiter.pass(&c.pace, c.account.now(), c.kind != Private, paid); refusal != nil {
		return nil, refusal
	}
	sent := c.wireMessage(c.add(m))
	c.received++
	c.typing = c.account.now()
	return sent, nil
}

// replyParameters are reply_parameters, or the older parameters of the same meaning.
type replyParameters struct {
	MessageID    int64 `json:"message_id"`
	AllowWithout bool  `json:"allow_sending_without_reply"`
}

func (q *query) reply() (replyParameters, *Refusal) {
	given, refusal := object[replyParameters](q, "reply_parameters", "reply parameters")
	if refusal != nil {
		return replyParameters{}, refusal
	}
	if given != nil {
		return *given, nil
	}
	return replyParameters{q.int("reply_to_message_id"), q.flag("allow_sending_without_reply")}, nil
}

func (q *query) linkPreview() (*linkPreview, *Refusal) {
	given, refusal := object[linkPreview](q, "link_preview_options", "link preview options")
	if given == nil && refusal == nil && q.flag("disable_web_page_preview") {
		given = &linkPreview{Disabled: true}
	}
	return given, refusal
}

// chatActions are what a bot can be seen doing.
var chatActions = map[string]bool{
	"typing": true, "upload_photo": true, "record_video": true, "upload_video": true, "record_voice": true,
	"upload_voice": true, "upload_document": true, "choose_sticker": true, "find_location": true,
	"record_video_note": true, "upload_video_note": true, "cancel": true,
}

func (s *Server) sendChatAction(_ context.Context, q *query) (any, *Refusal) {
	action := strings.ToLower(q.params["action"])
	if !chatActions[action] {
		return nil, WrongAction
	}
	t, refusal := s.target(q)
	if refusal != nil || t.crowd != nil {
		return true, refusal
	}
	c := t.chat
	c.mu.Lock()
	defer c.mu.Unlock()
	if refusal := c.access(); refusal != nil {
		return nil, refusal
	}
	c.typing = s.account.now()
	if action != "cancel" {
		c.typing = c.typing.Add(typingFor)
	}
	c.touch()
	return true, nil
}
