package broadcast

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// BenchmarkLedger notes a million deliveries.
//
//	B/delivery  what Redis needs for each
func BenchmarkLedger(b *testing.B) {
	const deliveries, batch = 1_000_000, 1000
	rdb := redistest.Start(b).Client(b)
	before := usedMemory(b, rdb)
	l := newLedger(rdb)
	for range b.N {
		for from := 0; from < deliveries; from += batch {
			notes := make([]note, batch)
			for i := range notes {
				chat := int64(5_000_000_000 + from + i)
				notes[i] = note{1, chat, entry{Message: Message{ID: int64(100_000_000 + from + i), Caption: true}, Revision: 1}}
			}
			if err := errors.Join(l.write(b.Context(), notes)...); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(usedMemory(b, rdb)-before)/deliveries, "B/delivery")
}

// usedMemory is what the server says it uses for data.
func usedMemory(b *testing.B, rdb redis.UniversalClient) int64 {
	info, err := rdb.Info(b.Context(), "memory").Result()
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(info, "used_memory:")
	digits, _, _ := strings.Cut(rest, "\r")
	used, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return used
}

// BenchmarkPlan plans a broadcast to a million subscribers.
//
//	plan-ms  from the announcement in the outbox to the broadcast that is under way
//	keys     what it added to Redis
func BenchmarkPlan(b *testing.B) {
	rdb := redistest.Start(b).Client(b)
	f := newFixture(b, rdb)
	redistest.Fill(b, rdb, 5_000_000_000, 1_000_000,
		subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}})
	took, keys := time.Duration(0), int64(0)
	for i := range b.N {
		f.publish("ky", "Жаңылык "+strconv.Itoa(i))
		r := newRunner(f.engine)
		before := rdb.DBSize(b.Context()).Val()
		began := time.Now()
		if err := r.planOnce(b.Context()); err != nil {
			b.Fatal(err)
		}
		took += time.Since(began)
		keys += rdb.DBSize(b.Context()).Val() - before
		r.queue.close()
		r.walks.Wait()
	}
	b.ReportMetric(float64(took)/float64(time.Millisecond)/float64(b.N), "plan-ms")
	b.ReportMetric(float64(keys)/float64(b.N), "keys")
}
