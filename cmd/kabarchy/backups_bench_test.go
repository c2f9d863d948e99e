package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/cmd/kabarchy/backup"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// BenchmarkBackup backs up a million subscribers, each of whom has an item, and restores them
// into another Redis. It reports
//
//	s/backup, s/restore  how long that takes
//	MB                   the size of the file
//	heap-MB              the most heap that either used
func BenchmarkBackup(b *testing.B) {
	const people = 1_000_000
	from, to := redistest.Start(b).Client(b), redistest.Start(b).Client(b)
	redistest.Fill(b, from, 5_000_000_000, people,
		subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}},
		subscriptions.Preferences{Interface: "ru", Languages: []string{"ru", "ky"}, When: subscriptions.When{Rhythm: subscriptions.Daily, Hour: 9}})
	fillLedger(b, from, 5_000_000_000, people)
	from.HSet(b.Context(), keyBot, "id", "1")
	name := filepath.Join(b.TempDir(), "backup")
	size := int64(0)
	var took [2]time.Duration
	heap := uint64(0)
	for range b.N {
		to.FlushDB(b.Context())
		_ = os.Remove(name)
		for i, do := range []func(*os.File) error{
			func(file *os.File) error {
				_, err := backup.Take(b.Context(), backup.Options{Redis: from, Bot: "1"}, file)
				return err
			},
			func(file *os.File) error {
				_, err := backup.Restore(b.Context(), backup.RestoreOptions{Redis: to, Bot: "1"}, file)
				return err
			},
		} {
			file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
			if err != nil {
				b.Fatal(err)
			}
			began, most := time.Now(), watchHeap()
			if err := do(file); err != nil {
				b.Fatal(err)
			}
			took[i] += time.Since(began)
			heap = max(heap, most())
			if size, err = file.Seek(0, io.SeekEnd); err != nil {
				b.Fatal(err)
			}
			_ = file.Close()
		}
	}
	if n, err := to.DBSize(b.Context()).Result(); err != nil || n < 2*int64(subscriptions.Buckets) {
		b.Errorf("%d keys are there, %v", n, err)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(took[0].Seconds()/float64(b.N), "s/backup")
	b.ReportMetric(took[1].Seconds()/float64(b.N), "s/restore")
	b.ReportMetric(float64(size)/1e6, "MB")
	b.ReportMetric(float64(heap)/1e6, "heap-MB")
}

// fillLedger gives chats a message each, as the ledger keeps it.
func fillLedger(b *testing.B, rdb redis.UniversalClient, first int64, n int) {
	b.Helper()
	buckets := make([][]any, subscriptions.Buckets)
	for i := range int64(n) {
		bucket := subscriptions.BucketOf(first + i)
		buckets[bucket] = append(buckets[bucket], first+i, (100_000_000+i)<<19)
	}
	pipe := rdb.Pipeline()
	for bucket, lines := range buckets {
		key := "sent:1:" + strconv.Itoa(bucket)
		pipe.HSet(b.Context(), key, lines...)
		pipe.Expire(b.Context(), key, 72*time.Hour)
	}
	if _, err := pipe.Exec(b.Context()); err != nil {
		b.Fatal(fmt.Errorf("fill the ledger: %w", err))
	}
}

// watchHeap looks at the heap until it is asked for the most that it saw.
func watchHeap() (most func() uint64) {
	runtime.GC()
	done, found := make(chan struct{}), make(chan uint64)
	go func() {
		var m runtime.MemStats
		highest := uint64(0)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				runtime.ReadMemStats(&m)
				highest = max(highest, m.HeapAlloc)
			case <-done:
				found <- highest
				return
			}
		}
	}()
	return func() uint64 { close(done); return <-found }
}
