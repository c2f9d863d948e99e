package simulator

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

func (s *Server) setMyDescription(_ context.Context, q *query) (any, *Refusal) {
	return s.setProfile(q, "description", "description", 512)
}

func (s *Server) getMyDescription(_ context.Context, q *query) (any, *Refusal) {
	return s.getProfile(q, "description")
}

func (s *Server) setMyShortDescription(_ context.Context, q *query) (any, *Refusal) {
	return s.setProfile(q, "short_description", "short description", 120)
}

func (s *Server) getMyShortDescription(_ context.Context, q *query) (any, *Refusal) {
	return s.getProfile(q, "short_description")
}

// setProfile sets one of the bot's texts, of at most limit characters.
func (s *Server) setProfile(q *query, what, named string, limit int) (any, *Refusal) {
	text := q.params[what]
	if utf8.RuneCountInString(text) > limit {
		return nil, badf("bot %s is too long", named)
	}
	s.profile.set(what, q.params["language_code"], text)
	return true, nil
}

func (s *Server) getProfile(q *query, what string) (any, *Refusal) {
	return map[string]string{what: s.profile.get(what, q.params["language_code"])}, nil
}

func (s *Server) setMyCommands(_ context.Context, q *query) (any, *Refusal) {
	commands, refusal := object[[]Command](q, "commands", "commands")
	if refusal != nil {
		return nil, refusal
	}
	key, refusal := s.commandsKey(q)
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
	key, refusal := s.commandsKey(q)
	if refusal != nil {
		return nil, refusal
	}
	if commands := s.profile.commandsOf(key); commands != nil {
		return commands, nil
	}
	return []Command{}, nil
}

func (s *Server) deleteMyCommands(_ context.Context, q *query) (any, *Refusal) {
	key, refusal := s.commandsKey(q)
	if refusal != nil {
		return nil, refusal
	}
	s.profile.setCommands(key, nil)
	return true, nil
}

// commandsKey reads scope and language_code. A scope of one chat needs a chat that the bot
// knows.
func (s *Server) commandsKey(q *query) (commandsKey, *Refusal) {
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
		if scope.ChatID == "" {
			return key, bad("can't parse BotCommandScope: Empty chat_id specified")
		}
		t, refusal := s.target(&query{params: map[string]string{"chat_id": scope.ChatID.String()}})
		if refusal != nil {
			return key, refusal
		}
		if t.chat != nil && !t.chat.known() {
			return key, ChatNotFound
		}
		key.scope += ":" + scope.ChatID.String()
		if scope.Type == "chat_member" {
			key.scope += ":" + scope.UserID.String()
		}
	default:
		return key, bad("can't parse BotCommandScope: Unsupported type specified")
	}
	return key, nil
}

func (s *Server) getMe(context.Context, *query) (any, *Refusal) {
	return struct {
		User
		CanJoinGroups   bool `json:"can_join_groups"`
		ReadsAll        bool `json:"can_read_all_group_messages"`
		SupportsInline  bool `json:"supports_inline_queries"`
		CanConnect      bool `json:"can_connect_to_business"`
		HasMainWebApp   bool `json:"has_main_web_app"`
		HasTopicsEnable bool `json:"has_topics_enabled"`
	}{User: s.account.bot, CanJoinGroups: true, SupportsInline: true}, nil
}

func (s *Server) getMyStarBalance(context.Context, *query) (any, *Refusal) {
	return s.account.limiter.balance(), nil
}
