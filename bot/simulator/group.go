package simulator

import (
	"fmt"
	"slices"
)

// Group is a basic group, a supergroup (a forum, too) or a channel.
type Group struct {
	*Chat
	chats *chats
}

// Join makes a citizen a member, or changes the role of one.
func (g *Group) Join(c *Citizen, role Role) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.group.remove(c.id)
	g.group.members = append(g.group.members, Member{c.User(), role})
	g.touch()
}

// Leave makes a citizen leave.
func (g *Group) Leave(c *Citizen) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.group.remove(c.id)
	g.touch()
}

// AddBot adds the bot, or changes what it may do; the bot hears of it.
func (g *Group) AddBot(by *Citizen, rights Rights) {
	role := Plain
	switch {
	case rights.Admin:
		role = Administrator
	case rights.NoText || rights.NoPhotos:
		role = Restricted
	}
	g.setBot(by, botMember{role, rights})
}

// KickBot removes the bot for good; the bot hears of it.
func (g *Group) KickBot(by *Citizen) { g.setBot(by, botMember{role: Kicked}) }

// setBot changes the bot's standing and tells it, as Telegram does: my_chat_member
// always, and in groups a message about who came or left.
func (g *Group) setBot(by *Citizen, after botMember) {
	g.mu.Lock()
	defer g.mu.Unlock()
	before := g.group.bot
	if before == after {
		return
	}
	g.group.bot = after
	user := by.User()
	g.myMember(user, before, after)
	if g.kind != Channel && before.inside() != after.inside() {
		g.serviceOfBot(user, after.inside())
	}
	g.touch()
}

// HideMembers hides the members from who is no administrator: the bot is refused an answer
// about single ones, and is still told who the administrators are.
func (g *Group) HideMembers() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.group.hidden = true
}

// Fade makes a message too old for the bot to be told what it says and where it stands.
func (g *Group) Fade(message int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if m, found := g.message(message); found {
		m.Faded = true
	}
}

// Upgrade turns a basic group into a supergroup with the same people and returns it.
// What is sent to the old one is answered with migrate_to_chat_id from now on. The bot hears
// that it has joined the new one and that the old one has moved; of four groups, in three it
// hears of the first before.
func (g *Group) Upgrade(by *Citizen) *Group {
	next, note := g.grow(by)
	if next.ID()%4 == 0 {
		note()
		next.joined(by)
		return next
	}
	next.joined(by)
	note()
	return next
}

// UpgradeSlowly is Upgrade for a note that comes later than that the bot has joined: when it
// is called.
func (g *Group) UpgradeSlowly(by *Citizen) (next *Group, note func()) {
	next, note = g.grow(by)
	next.joined(by)
	return next, note
}

// joined tells the bot that it came with a group that has become a supergroup.
func (g *Group) joined(by *Citizen) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.myMember(by.User(), botMember{role: Left}, g.group.bot)
}

// grow turns a basic group into a supergroup of which the bot hears nothing before note is called.
func (g *Group) grow(by *Citizen) (next *Group, note func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	next = g.chats.addGroup(Supergroup, g.title, "", by)
	next.mu.Lock()
	defer next.mu.Unlock()
	next.group.members = slices.Clone(g.group.members)
	next.group.bot = g.group.bot
	g.group.moved = next.id
	g.touch()
	return next, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		next.mu.Lock()
		defer next.mu.Unlock()
		g.migrated(by.User(), next.Chat)
	}
}

// Delete deletes the group; the bot hears nothing of it.
func (g *Group) Delete() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.group.deleted = true
	g.touch()
}

// Topic opens a forum topic and returns its thread.
func (g *Group) Topic(name string, by *Citizen) (thread int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	thread = g.topicOpened(by.User(), name)
	g.group.topics = append(g.group.topics, Topic{Thread: thread, Name: name})
	g.touch()
	return thread
}

// CloseTopic closes or, with closed false, reopens a topic.
func (g *Group) CloseTopic(thread int64, closed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i := range g.group.topics {
		if g.group.topics[i].Thread == thread {
			g.group.topics[i].Closed = closed
		}
	}
	g.touch()
}

// DeleteTopic deletes a topic.
func (g *Group) DeleteTopic(thread int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.group.topics = slices.DeleteFunc(g.group.topics, func(t Topic) bool { return t.Thread == thread })
	g.touch()
}

// Say lets a member write, in a forum's topic unless thread is 0. As long as the bot
// is no administrator it hears only what concerns it: commands, and replies to it.
// It returns the update's id, 0 where the bot hears nothing.
func (g *Group) Say(c *Citizen, text string, thread int64) (update int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.say(c.User(), text, thread)
}

// Reply lets a member answer a message of the group, in the topic in which that stands. Of an
// answer to another than the bot's it hears no more than of what is said without.
func (g *Group) Reply(c *Citizen, message int64, text string) (update int64, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	to, found := g.message(message)
	if !found {
		return 0, fmt.Errorf("reply in chat %d: %w %d", g.id, ErrNoMessage, message)
	}
	return g.speak(c.User(), Message{Text: text, Entities: marks(text), Thread: to.Thread, ReplyTo: message}), nil
}

// Post publishes a post in a channel, in the channel's name.
func (g *Group) Post(text string) (update int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.say(User{}, text, 0)
}

// Tap lets a member press the button with the label on the newest message that has one.
func (g *Group) Tap(c *Citizen, label string) (*Tap, error) {
	return g.tapNewest(c.User(), func(b Button) bool { return b.Text == label }, fmt.Sprintf("labelled %q", label))
}

// TapRaw lets a member send callback data from a message, as Citizen.TapRaw does.
func (g *Group) TapRaw(c *Citizen, message int64, data string) (*Tap, error) {
	return g.tapRaw(c.User(), message, data)
}
