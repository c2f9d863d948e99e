package desk

// Bot is the id of the bot whose desk it is: Telegram's ids of pictures are good for it alone.
func (d *Desk) Bot() int64 { return d.options.Bot }
