package simulator

import (
	"strconv"
	"strings"
)

// target is the chat that a request names: one the simulator remembers, or a member
// of a crowd.
type target struct {
	id    int64
	chat  *Chat
	crowd *crowd
}

// target finds the chat that chat_id names.
func (s *Server) target(q *query) (target, *Refusal) {
	named := strings.TrimSpace(q.params["chat_id"])
	if named == "" {
		return target{}, ChatIDEmpty
	}
	if username, found := strings.CutPrefix(named, "@"); found {
		c := s.chats.named(username)
		if c == nil {
			return target{}, ChatNotFound
		}
		return target{id: c.id, chat: c}, nil
	}
	id, err := strconv.ParseInt(named, 10, 64)
	if err != nil {
		return target{}, ChatNotFound
	}
	if c := s.crowds.of(id); c != nil {
		return target{id: id, crowd: c}, nil
	}
	if c, found := s.Chat(id); found {
		return target{id: id, chat: c}, nil
	}
	if id == s.account.bot.ID {
		return target{}, CantSendToBots
	}
	return target{}, ChatNotFound
}

// known reports whether the bot has met the chat: a person who has written, or any group.
func (c *Chat) known() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.person == nil || c.person.known || c.person.started
}

// access says why the bot may not act in a chat; nil if it may. c.mu is held.
func (c *Chat) access() *Refusal {
	if p := c.person; p != nil {
		switch {
		case p.deactivated:
			return UserDeactivated
		case p.blocked:
			return BotBlocked
		case !p.known && !p.started:
			return ChatNotFound
		case !p.started:
			return CantInitiate
		}
		return nil
	}
	g := c.group
	switch {
	case g.moved != 0:
		return Moved(g.moved)
	case g.deleted:
		return GroupDeleted
	case g.bot.role == Kicked:
		return map[Kind]*Refusal{BasicGroup: GroupKicked, Supergroup: SupergroupKicked, Channel: ChannelKicked}[c.kind]
	case !g.bot.inside():
		return map[Kind]*Refusal{BasicGroup: GroupLeft, Supergroup: SupergroupLeft, Channel: ChannelLeft}[c.kind]
	}
	return nil
}

// mayWrite says why the bot may not send m to a chat; nil if it may. c.mu is held.
func (c *Chat) mayWrite(m Message) *Refusal {
	if refusal := c.access(); refusal != nil {
		return refusal
	}
	if refusal := c.mayWriteIn(m.Thread); refusal != nil {
		return refusal
	}
	if c.group == nil {
		return nil
	}
	rights := c.group.bot.rights
	switch {
	case c.kind == Channel && (!rights.Admin || !rights.Post):
		return NeedAdministrator
	case rights.Admin:
		return nil
	case !m.Caption() && rights.NoText:
		return NoTextRights
	case m.Photo != "" && rights.NoPhotos:
		return NoPhotoRights
	}
	return nil
}

// mayWriteIn checks the thread. Only forums and private chats look at it: elsewhere
// the real server ignores it.
func (c *Chat) mayWriteIn(thread int64) *Refusal {
	if thread == 0 {
		return nil
	}
	if c.person != nil {
		return ThreadNotFound
	}
	if !c.group.forum {
		return nil
	}
	topic, found := c.group.topic(thread)
	switch {
	case !found:
		return ThreadNotFound
	case topic.Closed && !c.group.bot.rights.Topics:
		return TopicClosed
	}
	return nil
}
