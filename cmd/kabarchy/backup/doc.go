// Package backup keeps what a bot has in Redis in one file, and brings it back: Take writes
// the file while the service runs, Restore fills an empty Redis from it.
//
// The file is gzip over JSON lines: a Header, then a line for each key or part of a large one,
// then a trailer with the SHA-256 of all lines before it. docs/redis.md describes the keys.
//
// # The order in which keys are read
//
// A backup is taken while people subscribe and messages go out, and no server can hold still
// for it. So each thing is read before what comes of it, and what comes of it says so:
//
//   - Items, then subscribers, then in one transaction all that says what is to be done: the
//     outbox, what is held, the broadcasts with their retry sets, the desk. Items that this
//     part names are read once more in the same transaction: nothing is announced that is not
//     there, and no item is known that nobody will be told of.
//   - The ledgers come last. A broadcast's position in the file is then never ahead of them:
//     who was passed has a line, or stands in the retry set. Were they read first, who got
//     the message in between would get it again. It is what a crash leaves, too, and the
//     engine goes on from there.
//   - Groups are read twice: one may have become a supergroup under another id, in a bucket
//     that was read before. Subscribers are read before the notes about whose times change,
//     as these are written first.
//
// # What is not asked for again
//
// What came after the file was written may have been told by then. So Restore has it wait for
// a person: see feeds.Archive.Restored, desk.Restored and broadcast.Restored.
package backup
