package simulator

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Profile returns what a person with the language sees of the bot.
func (s *Server) Profile(language string) Profile {
	return Profile{
		Name:             s.bot.FirstName,
		Description:      s.profile.get("description", language),
		ShortDescription: s.profile.get("short_description", language),
	}
}

// Commands returns the menu in a chat for a person with the language: the narrowest
// scope that has one, each first in the language and then for all, as Telegram looks.
func (s *Server) Commands(c *Chat, language string) []Command {
	scopes := []string{chatScope(c.id)}
	if c.kind == Private {
		scopes = append(scopes, "all_private_chats")
	} else {
		scopes = append(scopes, "all_group_chats")
	}
	for _, scope := range append(scopes, "default") {
		for _, l := range []string{language, ""} {
			if commands := s.profile.commandsOf(commandsKey{scope, l}); commands != nil {
				return commands
			}
		}
	}
	return nil
}

func chatScope(chat int64) string { return "chat:" + strconv.FormatInt(chat, 10) }

// setProfile is the method that sets one of the bot's texts, of at most limit characters.
func setProfile(what string, limit int) method {
	return func(s *Server, _ context.Context, q *query) (any, *Refusal) {
		text := q.params[what]
		if utf8.RuneCountInString(text) > limit {
			return nil, badf("bot %s is too long", map[string]string{
				"description": "description", "short_description": "short description",
			}[what])
		}
		s.profile.set(what, q.params["language_code"], text)
		return true, nil
	}
}

// getProfile is the method that reads one of the bot's texts.
func getProfile(what string) method {
	return func(s *Server, _ context.Context, q *query) (any, *Refusal) {
		return map[string]string{what: s.profile.get(what, q.params["language_code"])}, nil
	}
}

func (s *Server) setMyCommands(_ context.Context, q *query) (any, *Refusal) {
	commands, refusal := object[[]Command](q, "commands", "commands")
	if refusal != nil {
		return nil, refusal
	}
	key, refusal := q.commandsKey()
	if refusal != nil {
		return nil, refusal
	}
	if commands == nil {
		commands = new([]Command)
	}
	if len(*commands) > 100 {
		return nil, bad("BOT_COMMANDS_TOO_MUCH")
	}
	for i, c := range *commands {
		switch {
		case !isMenuCommand(c.Command):
			return nil, bad("BOT_COMMAND_INVALID")
		case c.Description == "" || utf8.RuneCountInString(c.Description) > 256:
			return nil, bad("BOT_COMMAND_DESCRIPTION_INVALID")
		}
		(*commands)[i].Command = strings.TrimPrefix(c.Command, "/")
	}
	s.profile.setCommands(key, *commands)
	return true, nil
}

// isMenuCommand: 1 to 32 lower-case Latin letters, digits and underscores.
func isMenuCommand(s string) bool {
	s = strings.TrimPrefix(s, "/")
	return s != "" && len(s) <= 32 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

func (s *Server) getMyCommands(_ context.Context, q *query) (any, *Refusal) {
	key, refusal := q.commandsKey()
	if refusal != nil {
		return nil, refusal
	}
	if commands := s.profile.commandsOf(key); commands != nil {
		return commands, nil
	}
	return []Command{}, nil
}

func (s *Server) deleteMyCommands(_ context.Context, q *query) (any, *Refusal) {
	key, refusal := q.commandsKey()
	if refusal != nil {
		return nil, refusal
	}
	s.profile.setCommands(key, nil)
	return true, nil
}

// commandsKey reads scope and language_code.
func (q *query) commandsKey() (commandsKey, *Refusal) {
	scope, refusal := object[struct {
		Type   string      `json:"type"`
		ChatID json.Number `json:"chat_id"`
		UserID json.Number `json:"user_id"`
	}](q, "scope", "BotCommandScope")
	if refusal != nil {
		return commandsKey{}, refusal
	}
	key := commandsKey{"default", q.params["language_code"]}
	if scope == nil {
		return key, nil
	}
	switch key.scope = scope.Type; scope.Type {
	case "default", "all_private_chats", "all_group_chats", "all_chat_administrators":
	case "chat", "chat_administrators", "chat_member":
		key.scope += ":" + scope.ChatID.String()
		if scope.Type == "chat_member" {
			key.scope += ":" + scope.UserID.String()
		}
	default:
		return key, bad("can't parse BotCommandScope: Unsupported type specified")
	}
	return key, nil
}
