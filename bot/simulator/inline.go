package simulator

import "strconv"

type inlines struct{}

// inlineID names a message that came through the bot.
func inlineID(m Message) string {
	return strconv.FormatInt(m.Chat, 36) + "_" + strconv.FormatInt(m.ID, 36)
}
