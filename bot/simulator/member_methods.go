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
	if m, found := c.group.member(user); found {
		return memberOnWire(m.User, botMember{role: m.Role, rights: AllRights}), nil
	}
	if known, found := s.Chat(user); found && known.person != nil {
		return memberOnWire(known.person.user, botMember{role: Left}), nil
	}
	return nil, MemberNotFound
}
