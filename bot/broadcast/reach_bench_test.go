package broadcast

import (
	"context"
	"runtime"
	runtimemetrics "runtime/metrics"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// What an officer waits for who looks at the number, and what it costs the program.
const (
	mostReachTime = 1000 * time.Millisecond // a million people
	mostReachHeap = 10.0                    // MB more, from 10,000 people to a million
)

// BenchmarkReach counts whom an announcement reaches among 1,000,000 people in a real
// Redis. It reports
//
//	ms/reach        how long that takes
//	cohorts         by how many different preferences they were judged
//	heap-MB-10k     the most heap alive meanwhile, with 10,000 people
//	heap-MB-1M      the same with 1,000,000
//	heap-MB-growth  the difference, which does not come from the audience
//
// and fails where the heap grows by more than promised; times are only reported, since they
// depend on the machine: 1,000 ms are promised.
func BenchmarkReach(b *testing.B) {
	small, _ := reachHeap(b, 10_000)
	large, e := reachHeap(b, 1_000_000)
	cohorts, _, err := e.options.Store.Census(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		reachAll(b, e, 1_000_000)
	}
	b.ReportMetric(0, "ns/op")
	took := b.Elapsed() / time.Duration(b.N)
	b.ReportMetric(float64(took.Milliseconds()), "ms/reach")
	b.ReportMetric(float64(len(cohorts)), "cohorts")
	b.ReportMetric(small, "heap-MB-10k")
	b.ReportMetric(large, "heap-MB-1M")
	b.ReportMetric(large-small, "heap-MB-growth")
	if took > mostReachTime {
		b.Logf("a look takes %v, promised are %v", took, mostReachTime)
	}
	if large-small > mostReachHeap {
		b.Errorf("the heap grows by %.1f MB with the audience, promised are %.0f", large-small, mostReachHeap)
	}
}

// reachHeap returns the most heap alive while the reach among so many people is counted,
// in MB, and the engine that counted.
func reachHeap(b *testing.B, people int) (most float64, e *Engine) {
	rdb := redistest.Start(b).Client(b)
	redistest.Fill(b, rdb, 5_000_000_000, people, manyChoices()...)
	e = New(Options{Redis: rdb, Store: subscriptions.NewStore(rdb), Archive: feeds.NewArchive(rdb), Zone: bishkek, Topics: map[string]subscriptions.Topic{"legal-aid": 3}})
	runtime.GC()
	rdb.AddHook(heapWatch{&most})
	reachAll(b, e, people)
	return most, e
}

// reachAll counts the reach, and checks that nobody is left out.
func reachAll(b *testing.B, e *Engine, people int) {
	editions := []feeds.Item{{Language: "ky", Editions: []string{"ky", "ru"}, StandIn: []string{"en"}, Topics: []string{"legal-aid"}}, {Language: "ru", Editions: []string{"ky", "ru"}, Topics: []string{"legal-aid"}}}
	r, err := e.Reach(b.Context(), editions, time.Date(2026, 11, 26, 23, 0, 0, 0, bishkek))
	if err != nil || r.All.Active() != people {
		b.Fatalf("%d of %d people are counted, %v", r.All.Active(), people, err)
	}
}

// manyChoices are some hundred different preferences, of people who came at different hours.
func manyChoices() (all []subscriptions.Preferences) {
	since := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 9000 {
		p := subscriptions.Preferences{Interface: "ky", Languages: subscriptions.Languages()[i%3:][:1], Since: since.Add(time.Duration(i) * time.Hour)}
		if n := i % 50; n > 0 && n < 32 {
			p.Topics = subscriptions.Only(subscriptions.Topic(n%5), subscriptions.Topic(n/5))
		}
		if i%4 == 0 {
			p.Quiet = subscriptions.Quiet{From: 22, To: 7, Wait: true}
		}
		if i%7 == 0 {
			p.When = subscriptions.When{Rhythm: subscriptions.Daily, Hour: i % 24}
		}
		all = append(all, p)
	}
	return all
}

// heapWatch notes the most heap alive at any pipeline, as the collector found it last.
type heapWatch struct{ most *float64 }

func (w heapWatch) DialHook(next redis.DialHook) redis.DialHook          { return next }
func (w heapWatch) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

func (w heapWatch) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, commands []redis.Cmder) error {
		err := next(ctx, commands)
		sample := []runtimemetrics.Sample{{Name: "/gc/heap/live:bytes"}}
		runtimemetrics.Read(sample)
		*w.most = max(*w.most, float64(sample[0].Value.Uint64())/1e6)
		return err
	}
}
