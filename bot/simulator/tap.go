package simulator

import (
	"fmt"
	"strconv"
	"time"
)

// openTaps is above how many unanswered presses the old ones are looked through.
const openTaps = 1000

// begin notes a press.
func (t *taps) begin(c *Chat, now time.Time) *Tap {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open == nil {
		t.open = map[string]tapped{}
	}
	if len(t.open) >= openTaps {
		for id, old := range t.open {
			if now.Sub(old.when) > callbackLife {
				delete(t.open, id)
			}
		}
	}
	t.last++
	tap := &Tap{id: strconv.FormatInt(4_400_000_000_000_000+t.last, 10), answer: make(chan Answer, 1)}
	t.open[tap.id] = tapped{tap, c, now}
	return tap
}

// end hands over the answer; false if the press is unknown, answered already or too old.
func (t *taps) end(id string, a Answer, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	pressed, found := t.open[id]
	if !found {
		return false
	}
	delete(t.open, id)
	if now.Sub(pressed.when) > callbackLife {
		return false
	}
	pressed.tap.answer <- a
	return true
}

// tapNewest presses the button that what finds, on the newest message that has one.
func (c *Chat) tapNewest(from User, what func(Button) bool, name string) (*Tap, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(c.messages) - 1; i >= 0; i-- {
		m := c.messages[i]
		if m.Deleted {
			continue
		}
		if button, found := m.find(what); found {
			return c.tap(from, m, button)
		}
	}
	return nil, fmt.Errorf("chat %d (%s): %w %s; it shows %s", c.id, c.title, ErrNoButton, name, transcript(c.shown()))
}

func (c *Chat) tapOn(from User, message int64, label string) (*Tap, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, found := c.message(message)
	if !found {
		return nil, fmt.Errorf("chat %d (%s): %w %d", c.id, c.title, ErrNoMessage, message)
	}
	button, found := m.Button(label)
	if !found {
		return nil, fmt.Errorf("chat %d (%s), message %d: %w labelled %q", c.id, c.title, message, ErrNoButton, label)
	}
	return c.tap(from, *m, button)
}

// tap tells the bot of a pressed button. c.mu is held.
func (c *Chat) tap(from User, m Message, b Button) (*Tap, error) {
	if b.Data == "" {
		return nil, fmt.Errorf("chat %d (%s), button %q: %w", c.id, c.title, b.Text, ErrNotCallback)
	}
	tap := c.server.taps.begin(c, c.server.now())
	call := wireCallback{ID: tap.id, From: from, ChatInstance: strconv.FormatInt(c.id*7919, 10), Data: b.Data}
	if m.Inline {
		call.InlineID = inlineID(m)
	} else {
		call.Message = c.wireMessage(m)
	}
	tap.Update = c.server.updates.push(c.id, "callback_query", call)
	return tap, nil
}

// inlineID names a message that came through the bot.
func inlineID(m Message) string {
	return strconv.FormatInt(m.Chat, 36) + "_" + strconv.FormatInt(m.ID, 36)
}
