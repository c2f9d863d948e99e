package simulator

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Everything in this file is something that a person does in a chat and the bot
// hears of. The chat's lock is held unless a comment says otherwise.

// say adds a person's message and tells the bot, if the bot hears it.
func (c *Chat) say(from User, text string, thread int64) (update int64) {
	return c.speak(from, Message{Text: text, Entities: marks(text), Thread: thread})
}

// speak is say for a message of any kind.
func (c *Chat) speak(from User, m Message) (update int64) {
	m.From, m.Name = from.ID, c.nameOf(from)
	m = c.add(m)
	if !c.hears(m.Text) && !c.answersBot(m) {
		return 0
	}
	return c.tell(c.wireMessage(m))
}

// sayJSON is say with the message's fields overwritten.
func (c *Chat) sayJSON(from User, fields string) (update int64, err error) {
	m := c.add(Message{From: from.ID, Name: c.nameOf(from), Text: fields})
	w := c.wireMessage(m)
	w.Text = ""
	body, err := json.Marshal(w)
	if err != nil {
		return 0, fmt.Errorf("simulator: marshal a message: %w", err)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(body, &object); err != nil {
		return 0, fmt.Errorf("simulator: read a message: %w", err)
	}
	if err := json.Unmarshal([]byte(fields), &object); err != nil {
		return 0, fmt.Errorf("simulator: a message's fields: %w", err)
	}
	return c.tell(object), nil
}

// tell queues a message (or a channel's post) for the bot.
func (c *Chat) tell(message any) int64 {
	kind := "message"
	if c.kind == Channel {
		kind = "channel_post"
	}
	return c.account.updates.push(said.of(c.id), kind, message)
}

func (c *Chat) nameOf(from User) string {
	if from.ID == 0 {
		return c.title
	}
	return from.FirstName
}

// hears reports whether the bot is told of a message: in privacy mode, which is every
// bot's default, a group shows it only commands that are not another bot's, unless
// it is an administrator.
func (c *Chat) hears(text string) bool {
	if c.person != nil {
		return true
	}
	g := c.group
	switch {
	case !g.bot.inside():
		return false
	case g.bot.role == Administrator || c.kind == Channel:
		return true
	}
	command := text
	if words := strings.Fields(text); len(words) > 0 {
		command = words[0]
	}
	if !strings.HasPrefix(command, "/") {
		return false
	}
	_, addressee, named := strings.Cut(command, "@")
	return !named || strings.EqualFold(addressee, c.account.bot.Username)
}

// answersBot reports whether a message in a group replies to one of the bot's, which it is told
// of in privacy mode, too (core.telegram.org/bots/features#privacy-mode).
func (c *Chat) answersBot(m Message) bool {
	to, found := c.message(m.ReplyTo)
	return found && to.Bot && c.group != nil && c.group.bot.inside()
}

// myMember tells the bot that its own standing changed.
func (c *Chat) myMember(by User, before, after botMember) {
	c.person.see()
	c.account.updates.push(memberships.of(c.id), "my_chat_member", wireMemberUpdated{
		Chat: c.wire(), From: by, Date: c.account.now().Unix(),
		Old: memberOnWire(c.account.bot, before), New: memberOnWire(c.account.bot, after),
	})
}

// serviceOfBot shows and tells that the bot came into a group or was thrown out.
func (c *Chat) serviceOfBot(by User, came bool) {
	service := "left_chat_member"
	if came {
		service = "new_chat_members"
	}
	m := c.add(Message{From: by.ID, Name: by.FirstName, Service: service})
	w := c.wireMessage(m)
	if came {
		w.NewMembers = []User{c.account.bot}
	} else {
		w.LeftMember = &c.account.bot
	}
	c.tell(w)
}

// migrated tells, in both chats, that a group became a supergroup. Both locks are held.
func (c *Chat) migrated(by User, next *Chat) {
	m := c.add(Message{From: by.ID, Name: by.FirstName, Service: "migrate"})
	w := c.wireMessage(m)
	w.MigrateTo = next.id
	c.tell(w)

	m = next.add(Message{From: by.ID, Name: by.FirstName, Service: "migrate"})
	w = next.wireMessage(m)
	w.MigrateFrom = c.id
	next.tell(w)
}

// topicOpened shows and tells that a forum topic was opened, and returns its thread.
func (c *Chat) topicOpened(by User, name string) (thread int64) {
	m := c.add(Message{From: by.ID, Name: by.FirstName, Service: "forum_topic_created"})
	w := c.wireMessage(m)
	w.ThreadID, w.IsTopic = m.ID, true
	w.TopicCreated = &topicCreated{Name: name, IconColor: 7322096}
	if c.hears("/") {
		c.tell(w)
	}
	return m.ID
}
