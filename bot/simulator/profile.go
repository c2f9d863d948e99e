package simulator

import (
	"maps"
	"strconv"
	"sync"
)

// Command is an entry of the bot's menu.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// Profile is what the bot says of itself in one language.
type Profile struct {
	Name             string // above the chat
	Description      string // in the empty chat, before Start is pressed
	ShortDescription string // on the bot's page and where it is shared
}

// profile is what the bot has set, by language; "" is every language without its own.
type profile struct {
	name string // the bot's, in every language

	mu       sync.Mutex
	texts    map[profileKey]string
	commands map[commandsKey][]Command
	buttons  map[int64]MenuButton // by chat
}

type profileKey struct{ what, language string }

type commandsKey struct {
	scope    string // "default", "all_private_chats", …, or "chat:<id>", "chat_member:<id>:<user>"
	language string
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

// inLanguage returns what a person with the language sees of the bot.
func (p *profile) inLanguage(language string) Profile {
	return Profile{
		Name:             p.name,
		Description:      p.get("description", language),
		ShortDescription: p.get("short_description", language),
	}
}

// menu returns the commands in a chat for a person with the language.
func (p *profile) menu(c *Chat, language string) []Command {
	scopes := []string{chatScope(c.id)}
	if c.kind == Private {
		scopes = append(scopes, "all_private_chats")
	} else {
		scopes = append(scopes, "all_group_chats")
	}
	for _, scope := range append(scopes, "default") {
		for _, l := range []string{language, ""} {
			if commands := p.commandsOf(commandsKey{scope, l}); commands != nil {
				return commands
			}
		}
	}
	return nil
}

func chatScope(chat int64) string { return "chat:" + strconv.FormatInt(chat, 10) }
