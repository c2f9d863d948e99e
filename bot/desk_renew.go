package bot

import (
	"context"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/bot/telegram"
)

// renewEvery is how often a screen that changes by itself is edited at most: a chat takes a
// message a second, and the broadcast goes beside it.
const renewEvery = 5 * time.Second

// renewScreens brings the screens that show cases up to date: what runs, or was stopped while
// messages were on their way, at most every five seconds; what another has changed, at once.
// While nothing is sent, nothing is renewed.
func (b *Bot) renewScreens(ctx context.Context, n deskNews) error {
	if _, why := b.admins.Service.Paused(); why != "" {
		return nil
	}
	for _, p := range n.people {
		screens, err := b.screens(ctx, p.ID)
		if err != nil {
			return err
		}
		for message, was := range screens {
			if err := b.renew(ctx, p.ID, message, was); err != nil {
				return err
			}
		}
	}
	return nil
}

// renew brings one screen up to date.
func (b *Bot) renew(ctx context.Context, user, message int64, was shown) error {
	c, found, err := b.desk.Look(ctx, was.Case)
	if err != nil || !found {
		return err
	}
	here := place{user, message}
	last, known := b.renewals.last.Get(here)
	switch {
	case c.Version != was.Version:
	case c.Status != desk.Sending && c.Status != desk.Stopped, was.What != showsCase, known && b.now().Sub(last.at) < renewEvery:
		return nil
	}
	t, err := b.converseWith(ctx, telegram.User{ID: user})
	if err != nil {
		return err
	}
	at, is, err := t.atDesk(ctx)
	if err != nil || !is {
		return err
	}
	page, err := at.casePage(ctx, c)
	if err != nil {
		return err
	}
	drawn := page.text + telegram.Keyboard(page.rows)
	if known && c.Version == was.Version && drawn == last.text {
		return nil
	}
	b.renewals.last.Add(here, renewal{drawn, b.now()})
	t.pressed = &telegram.Message{ID: message}
	page.gone = was.Previews
	return b.update(ctx, *t, page, was)
}

// update edits a screen without waiting for Telegram. One that is gone stays gone: nobody has
// asked for it now.
func (b *Bot) update(ctx context.Context, t conversation, p page, was shown) error {
	id := t.pressed.ID
	a := &answer{life: renewEvery, place: id, late: true, call: func(ctx context.Context) error {
		if now, err := b.recall(ctx, t.chat.ID, id); err != nil || now.Case != was.Case || now.Version != was.Version {
			return err // it shows something else by now
		}
		if err := b.remember(ctx, t.chat.ID, id, p.shows); err != nil {
			return err
		}
		err := t.replace(ctx, p.screen, "")
		switch telegram.ReasonOf(err) {
		case telegram.Unchanged:
			return nil
		case telegram.NoMessage, telegram.NotEditable:
			return b.forgetScreen(ctx, t.chat.ID, id)
		}
		return err
	}}
	if _, err := b.outbox.say(ctx, addressee{chat: t.chat.ID}, a); err != nil {
		return err
	}
	return b.clear(ctx, t.chat.ID, p.gone...)
}
