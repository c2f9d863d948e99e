package broadcast

import "strconv"

// Everything small shares one hash tag, so that one script can change it in a
// Cluster too; the ledger is large and spreads over the slots by bucket.
const (
	keyRunning  = "{news}:broadcasts:running"  // sorted set: broadcast id by id
	keyFinished = "{news}:broadcasts:finished" // sorted set: broadcast id by the Unix time of its end
	keyJoined   = "{news}:broadcasts:joined"   // list: chats that subscribed while something was running
	keyDigested = "{news}:broadcasts:digested" // string: the last hour whose digests were planned, in hours since 1970
	keyLast     = "{news}:broadcasts:last"     // string: the highest number that a planned announcement had

	keyStars = "{news}:stars" // hash: what was taken of the day's Stars; it expires as the day ends

	keyChanging = "{news}:digests:changing" // sorted set: chat by the Unix time at which it began to change its times
)

func id(n int64) string { return strconv.FormatInt(n, 10) }

// keyPlan is a hash: the plan and the state of one broadcast.
func keyPlan(broadcast int64) string { return "{news}:broadcast:" + id(broadcast) }

// keyRetry is a hash: chat → "<due> <attempts> <since>", Unix milliseconds.
func keyRetry(broadcast int64) string { return "{news}:retry:" + id(broadcast) }

// keyFailed is a hash: chat → why it never got the message.
func keyFailed(broadcast int64) string { return "{news}:failed:" + id(broadcast) }

// keyDoubt is a hash: chat → "<Unix milliseconds> <what it answered>", of those whose answers
// may come to be doubted.
func keyDoubt(broadcast int64) string { return "{news}:doubt:" + id(broadcast) }

// keyPromised is a hash: chat → the times by which a digest is due to it, as JSON, where they
// have changed since.
func keyPromised(broadcast int64) string { return "{news}:promised:" + id(broadcast) }

// keyHad is a hash: chat → 1, of those who had an item at once and want digests since, or the
// number of the digest that brought it as the chat changed its times.
func keyHad(ledger int64) string { return "{news}:had:" + id(ledger) }

// keyPace is a hash: ten seconds since 1970, counted → how many phones got the message in them.
func keyPace(broadcast int64) string { return "{news}:pace:" + id(broadcast) }

// keyPaid is a hash: messages → for how many of an item's messages Stars were taken.
func keyPaid(ledger int64) string { return "{news}:paid:" + id(ledger) }

// keyOf is a set: the numbers of an item's broadcasts.
func keyOf(item string) string { return "{news}:broadcasts:of:" + item }

// keyItemLedger is a string: the broadcast under whose number the item's ledger stands.
func keyItemLedger(item string) string { return "{news}:ledger:" + item }

// keySent is a hash, the ledger of one bucket: chat → the message it has, packed.
func keySent(ledger int64, bucket int) string {
	return "sent:" + id(ledger) + ":" + strconv.Itoa(bucket)
}
