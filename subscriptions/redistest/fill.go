package redistest

import (
	"strconv"
	"testing"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
)

// Fill subscribes the chats first, first+1, …, first+n-1, who take turns at having each
// of the given preferences. A million takes a few seconds: what Store writes for one
// chat is copied to the others.
func Fill(tb testing.TB, rdb redis.UniversalClient, first int64, n int, preferences ...subscriptions.Preferences) {
	tb.Helper()
	if len(preferences) > n {
		tb.Fatalf("fill: %d preferences for %d chats", len(preferences), n)
	}
	packed := make([]string, len(preferences))
	for i, p := range preferences {
		packed[i] = sample(tb, rdb, first+int64(i), p)
	}
	buckets := make([][]any, subscriptions.Buckets)
	for i := range n {
		chat := first + int64(i)
		bucket := subscriptions.BucketOf(chat)
		buckets[bucket] = append(buckets[bucket], chat, packed[i%len(packed)])
	}
	const batch = 512
	for from := 0; from < len(buckets); from += batch {
		pipe := rdb.Pipeline()
		for i, fields := range buckets[from : from+batch] {
			if len(fields) > 0 {
				pipe.HSet(tb.Context(), bucketKey(from+i), fields...)
			}
		}
		if _, err := pipe.Exec(tb.Context()); err != nil {
			tb.Fatalf("fill: %v", err)
		}
	}
}

// sample subscribes a chat and returns what is stored of it.
func sample(tb testing.TB, rdb redis.UniversalClient, chat int64, p subscriptions.Preferences) string {
	tb.Helper()
	set := func(q *subscriptions.Preferences, _ bool) { *q = p }
	if _, err := subscriptions.NewStore(rdb).Update(tb.Context(), chat, set); err != nil {
		tb.Fatalf("fill: %v", err)
	}
	key := bucketKey(subscriptions.BucketOf(chat))
	packed, err := rdb.HGet(tb.Context(), key, strconv.FormatInt(chat, 10)).Result()
	if err != nil {
		tb.Fatalf("fill: %v", err)
	}
	return packed
}

// bucketKey names a bucket as package subscriptions does, which keeps that to itself.
func bucketKey(bucket int) string { return "subs:" + strconv.Itoa(bucket) }
