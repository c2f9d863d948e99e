// Package bot is the side of Kabarchy that speaks with people over Telegram: it
// receives updates, holds the conversation, renders the ministry's news and sends it.
//
// It guarantees that
//
//   - an update counts as handled only when its work was done: one that meets an outage
//     is tried again, also after a restart; every handler does no harm when it runs twice;
//   - the answer comes with it, or later where Telegram is slow or has the chat wait: one
//     slow, limited or hanging chat, site or part of Redis keeps nobody else's update from
//     being fetched, handled or confirmed;
//   - an update that cannot be read, or that makes a handler fail or panic, harms no
//     other update: it is logged, counted and left behind;
//   - the updates of one chat are handled one after the other in their order, those of
//     different chats at the same time;
//   - what a person sends is hostile until checked, callback data included;
//   - administrators are told of each ill source and asked of each held batch once, also
//     across restarts; only they can decide, and the first decision holds;
//   - what is sent parses by Telegram's rules and keeps to its limits;
//   - the bot's token is in no error, no log and no metric.
package bot
