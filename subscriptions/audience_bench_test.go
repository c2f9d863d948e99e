package subscriptions_test

import (
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// What design and operators rely on.
const (
	mostBytesPerSubscriber = 32
	mostHeapGrowth         = 10 // MB, from 10,000 subscribers to 1,000,000
)

// BenchmarkAudience walks over 1,000,000 subscribers in a real Redis. It reports
//
//	B/subscriber    memory that Redis needs for each
//	ms/walk         time to read and unpack all of them
//	heap-MB-10k     the most heap this program used on a walk over 10,000
//	heap-MB-1M      the same over 1,000,000
//	heap-MB-growth  the difference, which does not come from the audience
//
// and fails where the bytes or the growth are more than promised; times are only
// reported, since they depend on the machine.
func BenchmarkAudience(b *testing.B) {
	heapSmall := walkHeap(b, fill(b, 10_000), 10_000)

	const many = 1_000_000
	rdb := redistest.Start(b).Client(b)
	before := usedMemory(b, rdb)
	fillWith(b, rdb, many)
	perSubscriber := float64(usedMemory(b, rdb)-before) / many
	store := subscriptions.NewStore(rdb)
	heapLarge := walkHeap(b, store, many)

	for b.Loop() {
		walk(b, store, many, func() {})
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/walk")
	b.ReportMetric(perSubscriber, "B/subscriber")
	b.ReportMetric(heapSmall, "heap-MB-10k")
	b.ReportMetric(heapLarge, "heap-MB-1M")
	b.ReportMetric(heapLarge-heapSmall, "heap-MB-growth")
	if perSubscriber > mostBytesPerSubscriber {
		b.Errorf("%.1f bytes a subscriber, promised are %d", perSubscriber, mostBytesPerSubscriber)
	}
	if heapLarge-heapSmall > mostHeapGrowth {
		b.Errorf("the heap grows by %.1f MB with the audience, promised are %d", heapLarge-heapSmall, mostHeapGrowth)
	}
}

// fill returns a store of n subscribers in a real Redis of its own.
func fill(b *testing.B, n int) *subscriptions.Store {
	rdb := redistest.Start(b).Client(b)
	fillWith(b, rdb, n)
	return subscriptions.NewStore(rdb)
}

// fillWith subscribes n people as they are: ids above 32 bits, as new accounts have, and
// most of them with the language alone.
func fillWith(b *testing.B, rdb redis.UniversalClient, n int) {
	since := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	redistest.Fill(b, rdb, 5_000_000_000, n,
		subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}, Since: since},
		subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}, Since: since},
		subscriptions.Preferences{Interface: "ru", Languages: []string{"ru"}, Since: since},
		subscriptions.Preferences{Interface: "ru", Languages: []string{"ru"}, Since: since, Status: subscriptions.Stopped},
		subscriptions.Preferences{Interface: "en", Languages: []string{"en"}, Since: since},
	)
}

// walkHeap walks once over n subscribers and returns the most heap in use, in MB.
func walkHeap(b *testing.B, store *subscriptions.Store, n int) float64 {
	runtime.GC()
	var most uint64
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	walk(b, store, n, func() {
		metrics.Read(sample)
		most = max(most, sample[0].Value.Uint64())
	})
	return float64(most) / 1e6
}

// walk reads all subscribers, 64 buckets at a time, and checks that there are n.
func walk(b *testing.B, store *subscriptions.Store, n int, each func()) {
	met := 0
	for from := 0; from < subscriptions.Buckets; from += 64 {
		buckets, err := store.Read(b.Context(), from, from+64)
		if err != nil {
			b.Fatal(err)
		}
		for _, bucket := range buckets {
			met += len(bucket)
		}
		each()
	}
	if met != n {
		b.Fatalf("the walk met %d subscribers of %d", met, n)
	}
}

// usedMemory returns how many bytes Redis has in use.
func usedMemory(b *testing.B, rdb redis.UniversalClient) int {
	info, err := rdb.Info(b.Context(), "memory").Result()
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(info, "\r\nused_memory:")
	number, _, _ := strings.Cut(rest, "\r\n")
	used, err := strconv.Atoi(number)
	if err != nil {
		b.Fatalf("INFO memory: %v", err)
	}
	return used
}
