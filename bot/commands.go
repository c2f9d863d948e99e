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

// menuCommands are the commands in the menu, in its order, each with the catalogues' entry that
// describes it. What each does stands in commands.
var menuCommands = [][2]string{
	{"latest", "command.latest"}, {"search", "command.search"}, {"settings", "command.settings"}, {"language", "command.language"},
	{"help", "command.help"}, {"stop", "command.stop"}, {"privacy", "command.privacy"}, {"forget", "command.forget"},
}

// menu is a citizen's.
func menu(words locale.Locale) (entries []menuEntry) {
	for _, c := range menuCommands {
		entries = append(entries, menuEntry{c[0], words.T(c[1], nil)})
	}
	return entries
}

// deskMenu is the menu with the desk in it, first.
func deskMenu(words locale.Locale) []menuEntry {
	return slices.Insert(menu(words), 0, menuEntry{"desk", words.T("command.desk", nil)})
}
