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

func (s *Server) getChatMember(_ context.Context, q *query) (any, *Refusal) {
	user := q.int("user_id")
	if user == 0 {
		return nil, WrongUser
	}
	t, refusal := s.target(q)
	if refusal != nil {
		return nil, refusal
	}
	c := t.chat
	if c == nil {
		return nil, MemberNotFound
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if refusal := c.access(); refusal != nil {
		return nil, refusal
	}
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
		return memberOnWire(m.User, botMember{role: m.Role, rights: AllRights}), nil
	}
	if known, found := s.Chat(user); found && known.person != nil {
		return memberOnWire(known.person.user, botMember{role: Left}), nil
	}
	return nil, MemberNotFound
}
