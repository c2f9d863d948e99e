package bot

// link is the address that opens the private chat with the bot and sends it the payload.
func (b *Bot) link(payload string) string {
	return "https://t.me/" + b.self.Username() + "?start=" + payload
}
