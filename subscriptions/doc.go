// Package subscriptions keeps who wants what: the preferences of each chat, and the way
// through all of them. It knows nothing of Telegram.
//
// Chats stand in 16,384 buckets, each a Redis hash of chat ids and packed preferences:
// about 22 bytes a subscriber, no second index that could disagree, and a walk's
// position is one number. The buckets of a Redis Cluster spread by themselves.
//
// It guarantees:
//
//   - A change is atomic: of two at the same time both happen, one after the other, and
//     no reader sees half of one. What Update has returned is stored.
//   - Nothing is written where nothing changed.
//   - A walk over all buckets visits each chat that stays subscribed throughout exactly
//     once; one that joins, leaves or moves meanwhile may be missed.
//   - Memory does not grow with the audience: a walk holds the buckets that it reads.
//   - What a newer release wrote is never overwritten nor guessed at (see Unreadable).
//
// Of a chat nothing is known but its id and its Preferences; Forget deletes both.
package subscriptions
