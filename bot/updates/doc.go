// Package updates brings each update of Telegram's to a handler, by long polling or by a
// webhook.
//
// It guarantees that
//
//   - an update counts as handled only when its work was done: one that meets an outage
//     is tried again, also after a restart;
//   - the updates of one chat are handled one after the other in their order, those of
//     different chats at the same time: a slow one keeps nobody else's from being fetched,
//     handled or confirmed;
//   - an update that cannot be read, or whose handler fails, harms no other: it is logged,
//     counted and left behind;
//   - going from long polling to a webhook, and back, loses none.
package updates
