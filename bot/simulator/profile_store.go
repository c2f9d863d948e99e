package simulator

import (
	"maps"
	"sync"
)

// profile is what the bot has set, by language; "" is every language without its own.
type profile struct {
	mu       sync.Mutex
	texts    map[profileKey]string
	commands map[commandsKey][]Command
}

type profileKey struct{ what, language string }

type commandsKey struct {
	scope    string // "default", "all_private_chats", …, or "chat:<id>", "chat_member:<id>:<user>"
	language string
}

// Profile is what the bot says of itself in one language.
type Profile struct {
	Name             string // above the chat
	Description      string // in the empty chat, before Start is pressed
	ShortDescription string // on the bot's page and where it is shared
}

// Command is an entry of the bot's menu.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

func (p *profile) set(what, language, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.texts == nil {
		p.texts = map[profileKey]string{}
	}
	if text == "" {
		delete(p.texts, profileKey{what, language})
		return
	}
	p.texts[profileKey{what, language}] = text
}

// get returns the text of a language, or the one for all others.
func (p *profile) get(what, language string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if text, found := p.texts[profileKey{what, language}]; found {
		return text
	}
	return p.texts[profileKey{what, ""}]
}

func (p *profile) setCommands(key commandsKey, commands []Command) {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := maps.Clone(p.commands)
	if next == nil {
		next = map[commandsKey][]Command{}
	}
	if len(commands) == 0 {
		delete(next, key)
	} else {
		next[key] = commands
	}
	p.commands = next
}

func (p *profile) commandsOf(key commandsKey) []Command {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.commands[key]
}
