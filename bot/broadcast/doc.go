// Package broadcast brings one item to many people.
//
// What it promises, whatever fails and whenever:
//
//   - Nothing is lost. A chat that was subscribed when a broadcast was planned has
//     the message, or stands in the retry set, or is listed as failed with the reason.
//   - Its figures add up and are true at every look: Planned + Came = Sent + Blocked +
//     Failed + Waiting + ToGo + NoLongerDue.
//   - Nearly nothing is sent twice. The ledger names every chat that has the message;
//     only what was on its way to Telegram at the moment of a crash can come again.
//   - A chat's items keep their order and their distance; Telegram's limits are
//     respected, and its request to wait is obeyed.
//
// How it works. A plan is a small record in Redis, made from an announcement of the archive.
// Before the first message the audience is counted. A walk goes over it bucket by bucket and
// fills the broadcast's lane; the queue lets one message pass at a time, urgent lanes first,
// the others in turn; a worker sends it and writes it into the ledger, or why the chat gets
// none: the ledger is what the figures are counted from. The walk's cursor moves only past
// buckets in which every chat is settled, that is named in the ledger, in the retry set or in
// the list of failures. So a restart resumes at the cursor and skips whom the ledger names.
// Another walk, later, finds who waits for the morning or for an edition in the main language.
// A digest is a broadcast of its hour. Only the ledger is written for each subscriber, and the
// program's memory does not grow with the audience.
package broadcast
