package simulator

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

// What pressing can fail with.
var (
	ErrNoMessage = errors.New("simulator: no such message")
	ErrNoButton  = errors.New("simulator: no such button")
	// ErrNotCallback: the button opens a link or the like; the bot hears nothing of it.
	ErrNotCallback = errors.New("simulator: the button sends the bot nothing")
)

// Tap is a pressed button that waits for the bot's answer.
type Tap struct {
	// Update is the id of the update that told the bot; 0 if it does not want such updates.
	Update int64

	question question[Answer]
}

// Answer waits for the bot's answer.
func (t *Tap) Answer(ctx context.Context) (Answer, error) {
	a, err := t.question.wait(ctx)
	if err != nil {
		return a, fmt.Errorf("wait for the answer to a pressed button: %w", err)
	}
	return a, nil
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

// tapRaw sends callback data from a message, whatever its keyboard shows.
func (c *Chat) tapRaw(from User, message int64, data string) (*Tap, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, found := c.message(message)
	if !found {
		return nil, fmt.Errorf("chat %d: %w %d", c.id, ErrNoMessage, message)
	}
	return c.tap(from, *m, Button{Data: data})
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
	tap := &Tap{question: c.account.presses.ask(c.account.now())}
	call := wireCallback{ID: tap.question.id, From: from, ChatInstance: strconv.FormatInt(c.id*7919, 10), Data: b.Data}
	if m.Inline {
		call.InlineID = inlineID(m)
	} else if m.Faded { // an InaccessibleMessage: its date is always 0
		call.Message = &wireMessage{MessageID: m.ID, Chat: c.wire()}
	} else {
		call.Message = c.wireMessage(m)
	}
	tap.Update = c.account.updates.push(taps.of(from.ID), "callback_query", call)
	return tap, nil
}
