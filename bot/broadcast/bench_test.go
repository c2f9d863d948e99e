package broadcast_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

var readsKyrgyz = subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}}

// BenchmarkBroadcast brings one item to an audience through the real client, over HTTP,
// to the simulator, with a real Redis, while citizens tap.
//
//	lost, dup       messages that did not arrive, or arrived again
//	msgs/s          messages a second, from the first to the last
//	share-of-limit  of Telegram's 30 a second, broadcast and answers together
//	429s            how often Telegram had to ask for patience
//	paid            messages that were paid for
//	p99-reply-ms    how long a citizen waits for an answer meanwhile, above Telegram's latency
func BenchmarkBroadcast(b *testing.B) {
	b.Run("limit=30", func(b *testing.B) {
		benchmarkBroadcast(b, simulator.Options{Limits: simulator.TelegramLimits}, 30, 600)
	})
	b.Run("limit=none,latency=50ms", func(b *testing.B) {
		benchmarkBroadcast(b, simulator.Options{Latency: 50 * time.Millisecond}, 0, 40_000)
	})
	for _, rate := range []float64{500, 900} {
		b.Run(fmt.Sprintf("paid=%g,latency=200ms", rate), func(b *testing.B) {
			o := simulator.Options{Limits: simulator.TelegramLimits, Latency: 200 * time.Millisecond}
			benchmarkBroadcast(b, o, 30, int(rate)*10, paying(rate))
		})
	}
}

// paying has an engine pay for urgent news, which all news is then.
func paying(perSecond float64) func(*setup) {
	return func(s *setup) {
		s.engine.Limiter.Pay(perSecond)
		s.engine.PaidADay = 1_000_000
	}
}

func benchmarkBroadcast(b *testing.B, o simulator.Options, perSecond float64, audience int, change ...func(*setup)) {
	rdb := redistest.Start(b).Client(b)
	o.Key = func(string) string { return "" }
	w := newTelegramFixture(b, rdb, o, perSecond, change...)
	first := w.telegram.Crowd(audience)
	redistest.Fill(b, rdb, first, audience, readsKyrgyz)
	stop := w.run()
	defer stop()
	total, both := 0.0, int64(0)
	for range b.N {
		answered, end := tap(w, o.Latency)
		want := w.telegram.Stats().Accepted + int64(audience)
		began := time.Now()
		if len(change) > 0 {
			w.announce(began.String(), audience)
		} else {
			w.publish(began.String())
		}
		w.await("the last has it", 5*time.Minute, func() bool {
			return w.telegram.Stats().Accepted-answered.Load() >= want
		})
		total += time.Since(began).Seconds()
		both += int64(audience) + answered.Load()
		b.ReportMetric(end(), "p99-reply-ms")
		w.finished(1, time.Minute)
	}
	lost, dup := 0, 0
	arrived := w.telegram.Deliveries("")
	for i := range audience {
		switch n := arrived[first+int64(i)]; {
		case n == 0:
			lost++
		case n > b.N:
			dup += n - b.N
		}
	}
	b.ReportMetric(float64(lost), "lost")
	b.ReportMetric(float64(dup), "dup")
	rate := float64(audience*b.N) / total
	b.ReportMetric(rate, "msgs/s")
	b.ReportMetric(float64(w.telegram.Stats().Limited429), "429s")
	if paid := w.telegram.Stats().Paid; paid > 0 {
		b.ReportMetric(float64(paid)/float64(b.N), "paid")
	} else if perSecond > 0 {
		b.ReportMetric(float64(both)/total/perSecond, "share-of-limit")
	}
}

// tap lets citizens ask something, three times a second, and counts the answers. The
// function it returns ends that and tells the 99th percentile of the waiting in
// milliseconds, without Telegram's own latency.
func tap(w *telegramFixture, latency time.Duration) (answered *atomic.Int64, end func() float64) {
	citizens := make([]*simulator.Citizen, 40)
	for i := range citizens {
		citizens[i] = w.telegram.Citizen("Айгүл", "ky")
	}
	ctx, cancel := context.WithCancel(w.tb.Context())
	answered = new(atomic.Int64)
	var mu sync.Mutex
	var waits []float64
	ask := func(citizen *simulator.Citizen) {
		before, asked := citizen.Received(), time.Now()
		citizen.Send("/help")
		err := citizen.Wait(w.tb.Context(), func([]simulator.Message) bool { return citizen.Received() > before })
		if err != nil {
			return
		}
		answered.Add(1)
		mu.Lock()
		defer mu.Unlock()
		waits = append(waits, float64(time.Since(asked)-latency)/float64(time.Millisecond))
	}
	var asking sync.WaitGroup
	asking.Go(func() {
		tick := time.NewTicker(time.Second / 3)
		defer tick.Stop()
		for i := 0; ctx.Err() == nil; i++ {
			asking.Go(func() { ask(citizens[i%len(citizens)]) })
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
	})
	return answered, func() float64 {
		cancel()
		asking.Wait()
		if len(waits) == 0 {
			w.tb.Fatal("nobody was answered")
		}
		slices.Sort(waits)
		return waits[(len(waits)*99-1)/100]
	}
}

// BenchmarkBroadcastMemory runs a broadcast to 10,000 and to 1,000,000 subscribers for
// some thousand messages.
//
//	heap-MB  what engine, client and bot hold in the middle of it
func BenchmarkBroadcastMemory(b *testing.B) {
	for _, size := range []struct {
		name     string
		audience int
	}{{"subscribers=10000", 10_000}, {"subscribers=1000000", 1_000_000}} {
		b.Run(size.name, func(b *testing.B) {
			rdb := redistest.Start(b).Client(b)
			w := newTelegramFixture(b, rdb, simulator.Options{Latency: 50 * time.Millisecond}, 0)
			first := w.telegram.Crowd(size.audience)
			redistest.Fill(b, rdb, first, size.audience, readsKyrgyz)
			before := heap()
			stop := w.run()
			defer stop()
			w.publish("Жаңылык")
			w.await("it is on its way", time.Minute, func() bool { return w.telegram.Stats().Accepted >= 5000 })
			b.ReportMetric((heap()-before)/(1<<20), "heap-MB")
		})
	}
}

// heap returns the bytes that are in use after a collection.
func heap() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
