package subscriptions

import "strconv"

// Buckets is how many hashes the subscribers are spread over. It never changes: with
// another number a chat would be looked for where it is not. It is a variable for the tests
// alone, see redistest.FewerBuckets.
var Buckets = 16384

// BucketOf returns the bucket in which a chat stands. It never changes either.
func BucketOf(chat int64) int {
	// The finalizer of splitmix64: ids that differ in one bit anywhere, as those of
	// neighbouring accounts do, spread evenly.
	x := uint64(chat)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return int((x ^ x>>31) % uint64(Buckets))
}

// keyTopics: hash, topic id → its number.
const keyTopics = "subs:topics"

// bucketKey names the hash of a bucket: chat id → preferences, packed.
func bucketKey(bucket int) string { return "subs:" + strconv.Itoa(bucket) }

// places returns the keys of a chat's preferences and of the words that it follows, and the
// field under which either is stored.
func places(chat int64) (keys []string, field string) {
	key, field := place(chat)
	return []string{key, wordsKey(BucketOf(chat))}, field
}

// place returns the key and the field under which a chat's preferences are stored.
func place(chat int64) (key, field string) {
	return bucketKey(BucketOf(chat)), strconv.FormatInt(chat, 10)
}
