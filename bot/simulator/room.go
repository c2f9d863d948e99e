package simulator

import "context"

func (s *Server) getMe(context.Context, *query) (any, *Refusal) {
	return struct {
		User
		CanJoinGroups   bool `json:"can_join_groups"`
		ReadsAll        bool `json:"can_read_all_group_messages"`
		SupportsInline  bool `json:"supports_inline_queries"`
		CanConnect      bool `json:"can_connect_to_business"`
		HasMainWebApp   bool `json:"has_main_web_app"`
		HasTopicsEnable bool `json:"has_topics_enabled"`
	}{User: s.bot, CanJoinGroups: true, SupportsInline: true}, nil
}

// fullChat is the Bot API's ChatFullInfo, as far as a bot like ours looks at it.
type fullChat struct {
	wireChat
	AccentColor int          `json:"accent_color_id"`
	MaxReaction int          `json:"max_reaction_count"`
	Pinned      *wireMessage `json:"pinned_message,omitempty"`
	Permissions *permissions `json:"permissions,omitempty"`
}

type permissions struct {
	CanSend       bool `json:"can_send_messages"`
	CanSendPhotos bool `json:"can_send_photos"`
}

func (s *Server) getChat(_ context.Context, q *query) (any, *Refusal) {
	t, refusal := s.target(q)
	if refusal != nil {
		return nil, refusal
	}
	if t.crowd != nil {
		return fullChat{wireChat: crowdChat(t.id)}, nil
	}
	c := t.chat
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.person; p != nil && !p.known && !p.started {
		return nil, ChatNotFound
	}
	if c.group != nil && c.username == "" {
		if refusal := c.access(); refusal != nil && refusal.MigrateTo == 0 {
			return nil, refusal
		}
	}
	full := fullChat{wireChat: c.wire(), MaxReaction: 11}
	if m, found := c.message(c.pinned); found {
		full.Pinned = c.wireMessage(*m)
	}
	if c.group != nil {
		full.Permissions = &permissions{true, true}
	}
	return full, nil
}

// members calls f with the group's lock held.
func (s *Server) members(q *query, f func(*Chat) (any, *Refusal)) (any, *Refusal) {
	t, refusal := s.target(q)
	if refusal != nil {
		return nil, refusal
	}
	if t.chat == nil {
		return nil, MemberNotFound
	}
	t.chat.mu.Lock()
	defer t.chat.mu.Unlock()
	if refusal := t.chat.access(); refusal != nil {
		return nil, refusal
	}
	return f(t.chat)
}

func (s *Server) getChatMember(_ context.Context, q *query) (any, *Refusal) {
	user := q.int("user_id")
	if user == 0 {
		return nil, WrongUser
	}
	return s.members(q, func(c *Chat) (any, *Refusal) {
		if c.group == nil {
			if user == c.id {
				return memberOnWire(c.person.user, botMember{role: Plain}), nil
			}
			return nil, MemberNotFound
		}
		if user == s.bot.ID {
			return memberOnWire(s.bot, c.group.bot), nil
		}
		if m, found := c.group.member(user); found {
			return m.wire(), nil
		}
		s.mu.RLock()
		known, found := s.chats[user]
		s.mu.RUnlock()
		if !found || known.person == nil {
			return nil, MemberNotFound
		}
		return memberOnWire(known.person.user, botMember{role: Left}), nil
	})
}

func (m Member) wire() wireMember {
	return memberOnWire(m.User, botMember{role: m.Role, rights: AllRights})
}

func (s *Server) getChatMemberCount(_ context.Context, q *query) (any, *Refusal) {
	return s.members(q, func(c *Chat) (any, *Refusal) {
		if c.group == nil {
			return 2, nil
		}
		return len(c.group.everybody(s.bot)), nil
	})
}

func (s *Server) getChatAdministrators(_ context.Context, q *query) (any, *Refusal) {
	return s.members(q, func(c *Chat) (any, *Refusal) {
		if c.group == nil {
			return nil, NotInPrivate
		}
		administrators := []wireMember{}
		for _, m := range c.group.members {
			if m.Role == Creator || m.Role == Administrator {
				administrators = append(administrators, m.wire())
			}
		}
		if c.group.bot.role == Administrator {
			administrators = append(administrators, memberOnWire(s.bot, c.group.bot))
		}
		return administrators, nil
	})
}

func (s *Server) leaveChat(_ context.Context, q *query) (any, *Refusal) {
	return s.members(q, func(c *Chat) (any, *Refusal) {
		if c.group == nil {
			return nil, NotGroup
		}
		before := c.group.bot
		c.group.bot = botMember{role: Left}
		c.myMember(s.bot, before, c.group.bot)
		c.touch()
		return true, nil
	})
}
