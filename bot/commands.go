package bot

import (
	"slices"

	"kabarchy/bot/locale"
)

// menuEntry is a command as Telegram's menu shows it.
type menuEntry struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// menuCommands are the commands in the menu, in its order. What each does stands in commands,
// and its description in the catalogues.
var menuCommands = []string{"latest", "search", "settings", "language", "help", "stop", "privacy", "forget"}

// menu is a citizen's.
func menu(words locale.Locale) (entries []menuEntry) {
	for _, name := range menuCommands {
		entries = append(entries, menuEntryOf(name, words))
	}
	return entries
}

// deskMenu is the menu with the desk in it, first.
func deskMenu(words locale.Locale) []menuEntry {
	return slices.Insert(menu(words), 0, menuEntryOf("desk", words))
}

func menuEntryOf(name string, words locale.Locale) menuEntry {
	return menuEntry{name, words.T("command."+name, nil)}
}
