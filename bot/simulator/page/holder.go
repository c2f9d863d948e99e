package page

import (
	"fmt"
	"slices"

	"kabarchy/bot/simulator"
)

// The group of the demo: its title, and what the button of its language says. It is shown as
// its owner's phone has it.
const (
	GroupTitle    = "Достук көчөсү, Ош"
	GroupLanguage = "Кыргызча"
)

// holder is somebody with a phone on the page, on which a chat is open: that with the bot, or
// a group in which the bot is.
type holder struct {
	*simulator.Citizen
	group *simulator.Group // nil for the chat with the bot
}

// chat is what the phone shows.
func (h holder) chat() *simulator.Chat {
	if h.group != nil {
		return h.group.Chat
	}
	return h.Chat
}

// say writes a text into the chat. In a group it answers nothing.
func (h holder) say(text string, reply int64) error {
	if h.group != nil {
		h.group.Say(h.Citizen, text, 0)
		return nil
	}
	_, err := h.Say(simulator.Words{Text: text, ReplyTo: reply})
	return err
}

// tap presses a button.
func (h holder) tap(message int64, data string) (*simulator.Tap, error) {
	if h.group != nil {
		return h.group.TapRaw(h.Citizen, message, data)
	}
	return h.TapRaw(message, data)
}

// leave takes the phone away: for the bot, its owner's account is no more, or it is out of the group.
func (h holder) leave() {
	if h.group != nil {
		h.group.KickBot(h.Citizen)
		return
	}
	h.Deactivate()
}

// holders are all who have, or had, a phone on the page: people, then groups.
func holders(s *simulator.Server) []holder {
	var all []holder
	for _, c := range s.Phones() {
		all = append(all, holder{Citizen: c})
	}
	for _, g := range s.Groups() {
		members := g.View().Members
		owner := slices.IndexFunc(all, func(h holder) bool { return h.group == nil && h.Citizen.ID() == members[0].User.ID })
		if owner >= 0 {
			all = append(all, holder{all[owner].Citizen, g})
		}
	}
	return all
}

// holder finds a phone of the page by its chat.
func (p *handler) holder(chat int64) (holder, error) {
	for _, h := range holders(p.server) {
		if h.chat().ID() == chat {
			return h, nil
		}
	}
	return holder{}, fmt.Errorf("%w: no phone %d", errRequest, chat)
}
