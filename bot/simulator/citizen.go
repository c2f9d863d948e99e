package simulator

import (
	"fmt"
	"regexp"
	"strings"
)

// Citizen is a person with a phone on which the chat with the bot is open. What a
// Citizen does returns at once; the bot's answer is waited for with Wait.
type Citizen struct {
	*Chat
	files *files
}

// User is the person as the Bot API shows them.
func (c *Citizen) User() User { return c.person.user }

// Open makes the person one who pressed Start at some time in the past: the bot may
// write, and hears nothing of it. It returns c.
func (c *Citizen) Open() *Citizen {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.person.started, c.person.known = true, true
	c.touch()
	return c
}

// Send writes to the bot and returns the update's id. Who had blocked the bot has to
// unblock it first, and that happens.
func (c *Citizen) Send(text string) (update int64) {
	c.Unblock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.person.started = true
	return c.say(c.person.user, text, 0)
}

// startLink is a link that opens the chat with a bot; what it carries is at most 64 characters.
var startLink = regexp.MustCompile(`^https://t\.me/([A-Za-z0-9_]{5,32})\?start=([A-Za-z0-9_-]{1,64})$`)

// Follow opens a link of this bot's, as a button has it, and presses Start where the phone
// asks for that. It fails where the link is none that a phone takes for one of this bot's.
func (c *Citizen) Follow(link string) (update int64, err error) {
	parts := startLink.FindStringSubmatch(link)
	if parts == nil || !strings.EqualFold(parts[1], c.account.bot.Username) {
		return 0, fmt.Errorf("simulator: %q opens no chat with @%s", link, c.account.bot.Username)
	}
	return c.Send("/start " + parts[2]), nil
}

// SendJSON sends the bot a message whose fields are the given JSON object's, over
// those of a message from this person (`{"sticker":{...}}`; `{"text":[1]}` for one that
// no library decodes).
func (c *Citizen) SendJSON(fields string) (update int64, err error) {
	c.Unblock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.person.started = true
	return c.sayJSON(c.person.user, fields)
}

// Block makes the person block the bot: the bot hears of it, and what it sends is
// answered 403 "bot was blocked by the user".
func (c *Citizen) Block() { c.setBlocked(true) }

// Unblock takes Block back.
func (c *Citizen) Unblock() { c.setBlocked(false) }

func (c *Citizen) setBlocked(blocked bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.person
	if p.blocked == blocked {
		return
	}
	p.blocked = blocked
	before, after := botMember{role: Plain}, botMember{role: Kicked}
	if !blocked {
		before, after = after, before
	}
	c.myMember(p.user, before, after)
	c.touch()
}

// Deactivate deletes the person's account; the bot hears nothing of it.
func (c *Citizen) Deactivate() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.person.deactivated = true
	c.touch()
}

// Press presses the button with the label on the newest message that has one.
func (c *Citizen) Press(label string) error {
	_, err := c.Tap(label)
	return err
}

// Tap is as Press, for who wants the answer.
func (c *Citizen) Tap(label string) (*Tap, error) {
	return c.tapNewest(c.person.user, func(b Button) bool { return b.Text == label }, fmt.Sprintf("labelled %q", label))
}

// TapData presses the button with the callback data on the newest message that has one.
func (c *Citizen) TapData(data string) (*Tap, error) {
	return c.tapNewest(c.person.user, func(b Button) bool { return b.Data == data }, fmt.Sprintf("with data %q", data))
}

// TapOn presses the button with the label on one message.
func (c *Citizen) TapOn(message int64, label string) (*Tap, error) {
	return c.tapOn(c.person.user, message, label)
}

// TapRaw sends callback data from a message whatever its keyboard shows: an old
// button, or a forged one.
func (c *Citizen) TapRaw(message int64, data string) (*Tap, error) {
	return c.tapRaw(c.person.user, message, data)
}
