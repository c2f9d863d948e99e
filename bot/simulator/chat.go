package simulator

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Kind is what a chat is, in the Bot API's words.
type Kind string

// The kinds of chats.
const (
	Private    Kind = "private"
	BasicGroup Kind = "group"
	Supergroup Kind = "supergroup"
	Channel    Kind = "channel"
)

// KeptMessages is how many messages a chat remembers; older ones are forgotten, and
// editing or deleting them answers as for a message that never was.
const KeptMessages = 200

// typingFor is how long a chat action is shown.
const typingFor = 5 * time.Second

// Chat is a conversation that the simulator remembers: a person's with the bot, a
// group, a channel. It is safe for concurrent use.
type Chat struct {
	account *account
	id      int64

	mu       sync.Mutex
	kind     Kind
	title    string
	username string

	messages []Message // oldest first; replaced, never changed in place
	lastID   int64     // of groups and channels, which number their own messages
	received int       // messages of the bot that were accepted, ever
	changed  chan struct{}
	typing   time.Time // until when
	pace     pace

	person *person // of a private chat
	group  *group  // of every other
}

// View is a chat at one moment, for a page to draw.
type View struct {
	ID       int64
	Kind     Kind
	Title    string
	Username string
	Messages []Message // those that are shown, oldest first
	Typing   bool

	Language    string // of the person's phone; private chats only
	Started     bool   // the person has pressed Start
	Blocked     bool
	Deactivated bool

	Forum   bool
	Topics  []Topic
	Members []Member // the bot among them
}

// ID is the chat's id as the Bot API names it: a person's own for a private chat,
// negative for groups, below -1000000000000 for supergroups and channels.
func (c *Chat) ID() int64 { return c.id }

// Kind is what the chat is.
func (c *Chat) Kind() Kind { return c.kind }

// Title is the person's name, or the group's title.
func (c *Chat) Title() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.title
}

// View returns the chat as it is now.
func (c *Chat) View() View {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := View{
		ID: c.id, Kind: c.kind, Title: c.title, Username: c.username,
		Messages: c.shown(), Typing: c.account.now().Before(c.typing),
	}
	if p := c.person; p != nil {
		v.Language, v.Started = p.user.LanguageCode, p.started
		v.Blocked, v.Deactivated = p.blocked, p.deactivated
	}
	if g := c.group; g != nil {
		v.Forum = g.forum
		v.Topics = slices.Clone(g.topics)
		v.Members = g.everybody(c.account.bot)
	}
	return v
}

// Messages returns what the phone shows, oldest first: no deleted messages.
func (c *Chat) Messages() []Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown()
}

// History returns the last [KeptMessages] messages, deleted ones included.
func (c *Chat) History() []Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.messages)
}

// Received counts the messages of the bot that were accepted for this chat, ever.
func (c *Chat) Received() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.received
}

// Wait returns nil as soon as what holds for the messages the chat shows, and an
// error that prints them when ctx is done first.
func (c *Chat) Wait(ctx context.Context, what func([]Message) bool) error {
	for {
		c.mu.Lock()
		shown, changed := c.shown(), c.watched()
		c.mu.Unlock()
		if what(shown) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait in chat %d (%s): %w; it shows %s", c.id, c.Title(), ctx.Err(), transcript(shown))
		}
	}
}

// transcript prints messages for a failed test's reader.
func transcript(messages []Message) string {
	if len(messages) == 0 {
		return "nothing"
	}
	var b []byte
	for _, m := range messages {
		b = fmt.Appendf(b, "\n#%d %s: %q", m.ID, m.Name, m.Text)
		for _, row := range m.Keyboard {
			for _, button := range row {
				b = fmt.Appendf(b, " [%s]", button.Text)
			}
		}
	}
	return string(b)
}

func (c *Chat) shown() []Message {
	shown := make([]Message, 0, len(c.messages))
	for _, m := range c.messages {
		if !m.Deleted {
			shown = append(shown, m)
		}
	}
	return shown
}

// watched returns a channel that is closed at the chat's next change.
func (c *Chat) watched() <-chan struct{} {
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	return c.changed
}

// touch tells everybody who looks at the chat that it changed. c.mu is held.
func (c *Chat) touch() {
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
	c.account.watches.mark(c.id)
}

// add appends m under a new id and forgets what is too old. c.mu is held.
func (c *Chat) add(m Message) Message {
	m.Chat, m.ID = c.id, c.nextID()
	if m.Date.IsZero() {
		m.Date = c.account.now()
	}
	if len(c.messages) >= KeptMessages {
		c.messages = slices.Delete(c.messages, 0, len(c.messages)-KeptMessages+1)
	}
	c.messages = append(c.messages, m)
	c.touch()
	return m
}

// nextID numbers a message: in private chats and basic groups all messages of the
// bot's account share one sequence, each supergroup and channel has its own.
func (c *Chat) nextID() int64 {
	if c.kind == Private || c.kind == BasicGroup {
		return c.account.lastMessage.Add(1)
	}
	c.lastID++
	return c.lastID
}

// message finds one that was not deleted. c.mu is held; the pointer is valid under it.
func (c *Chat) message(id int64) (*Message, bool) {
	i, found := slices.BinarySearchFunc(c.messages, id, func(m Message, id int64) int { return int(m.ID - id) })
	if !found || c.messages[i].Deleted {
		return nil, false
	}
	return &c.messages[i], true
}

// person is what a private chat knows of its human. The chat's lock guards it.
type person struct {
	user        User
	started     bool // has written to the bot: the bot may write back
	known       bool // the bot has seen the person somewhere
	blocked     bool
	deactivated bool
}

// see notes that the bot knows of the person from now on.
func (p *person) see() {
	if p != nil {
		p.known = true
	}
}
