// Package telegram is the Bot API on the wire: the client, the updates that the bot reads,
// keyboards, and what each answer means.
//
// It guarantees that
//
//   - every error has a type, and a Reason that one table gives by Telegram's own words;
//   - the bot's token is in no error, no log and no metric;
//   - what Telegram finds wrong with the program's own requests is logged and listed.
//
// Sources: https://core.telegram.org/bots/api, and the code of telegram-bot-api and TDLib.
package telegram
