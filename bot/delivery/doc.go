// Package delivery brings what a broadcast sends to Telegram: it is broadcast.Sender.
//
// It guarantees that
//
//   - a delivery is one attempt, and its failure has a verdict by which the broadcast goes on;
//   - a message that Telegram refuses goes simpler rather than not at all, and what an item
//     is refused for is learned: of a million readers only the first few wait for two calls;
//   - a picture is fetched from the ministry's site once.
package delivery
