package simulator

import "context"

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
	if user == s.account.bot.ID {
		return memberOnWire(s.account.bot, c.group.bot), nil
	}
	if refusal := c.mayAskOfMembers(); refusal != nil {
		return nil, refusal
	}
	if m, found := c.group.member(user); found {
		return memberOnWire(m.User, botMember{role: m.Role, rights: AllRights}), nil
	}
	if known, found := s.Chat(user); found && known.person != nil {
		return memberOnWire(known.person.user, botMember{role: Left}), nil
	}
	return nil, MemberNotFound
}

// mayAskOfMembers says why the bot may not ask about a member; nil if it may. c.mu is held.
func (c *Chat) mayAskOfMembers() *Refusal {
	switch {
	case c.group.bot.role == Administrator:
		return nil
	case c.kind == Channel:
		return MembersInaccessible
	case c.group.hidden:
		return AdministratorRequired
	}
	return nil
}

// getChatAdministrators lists who administers a group, and the bots among them only where it
// is the bot itself.
func (s *Server) getChatAdministrators(_ context.Context, q *query) (any, *Refusal) {
	t, refusal := s.target(q)
	switch {
	case refusal != nil:
		return nil, refusal
	case t.chat == nil || t.chat.group == nil:
		return nil, NoAdministrators
	}
	c := t.chat
	c.mu.Lock()
	defer c.mu.Unlock()
	if refusal := c.access(); refusal != nil {
		return nil, refusal
	}
	if c.kind == Channel && c.group.bot.role != Administrator {
		return nil, MembersInaccessible
	}
	all := []wireMember{}
	for _, m := range c.group.members {
		if m.Role == Creator || m.Role == Administrator {
			all = append(all, memberOnWire(m.User, botMember{role: m.Role, rights: AllRights}))
		}
	}
	if c.group.bot.role == Administrator {
		all = append(all, memberOnWire(s.account.bot, c.group.bot))
	}
	return all, nil
}
