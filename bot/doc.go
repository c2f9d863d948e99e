// Package bot holds the conversation with a citizen, and with an administrator: what they
// press and type is answered by a screen.
//
// It guarantees that
//
//   - every handler does no harm when it runs twice, and makes an error of a panic;
//   - the answer comes with the update's work, or later where Telegram is slow or has the
//     chat wait: one slow, limited or hanging chat or site keeps nobody else waiting;
//   - what a person sends is hostile until checked, callback data included;
//   - administrators are told of each ill source and asked of each held batch once, also
//     across restarts; only they can decide, and the first decision holds.
package bot
