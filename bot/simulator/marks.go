package simulator

import "strings"

// marks are the entities that Telegram finds in a text by itself.
func marks(text string) []Entity { return append(commands(text), addresses(text)...) }

// addresses finds what begins with a scheme; Telegram finds more.
func addresses(text string) (all []Entity) {
	offset := 0
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' }) {
		at := strings.Index(text[offset:], word)
		begin := offset + at
		offset = begin + len(word)
		if link := strings.TrimRight(word, ".,;:!?)"); strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://") {
			all = append(all, Entity{Type: "url", Offset: utf16Length(text[:begin]), Length: utf16Length(link)})
		}
	}
	return all
}

// commands finds the bot commands in a person's text, as Telegram marks them.
func commands(text string) []Entity {
	var found []Entity
	offset := 0
	for i, word := range strings.Split(text, " ") {
		if i > 0 {
			offset++
		}
		command, _, _ := strings.Cut(word, "\n")
		if len(command) > 1 && command[0] == '/' && isCommand(command[1:]) {
			found = append(found, Entity{Type: "bot_command", Offset: offset, Length: utf16Length(command)})
		}
		offset += utf16Length(word)
	}
	return found
}

func isCommand(s string) bool {
	name, bot, _ := strings.Cut(s, "@")
	for _, r := range name + bot {
		if r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return name != "" && len(name) <= 64
}
