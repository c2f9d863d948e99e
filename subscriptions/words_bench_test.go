package subscriptions_test

import (
	"fmt"
	"testing"

	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// BenchmarkWords lets 150,000 words be followed: by 75,000 people one each, and by 15,000
// people five each, of ten letters. It reports
//
//	B/follower-of-1  memory that Redis needs for their words, the subscription aside
//	B/follower-of-5  likewise
//	ms/walk          time to read all of them with their words
func BenchmarkWords(b *testing.B) {
	const one, five = 75_000, 15_000
	rdb := redistest.Start(b).Client(b)
	store := subscriptions.NewStore(rdb)
	fillWith(b, rdb, one+five)
	const first = 5_000_000_000
	follow := func(from, to, count int) float64 {
		before := usedMemory(b, rdb)
		for chat := from; chat < to; chat++ {
			_, err := store.Update(b.Context(), first+int64(chat), func(p *subscriptions.Preferences, _ bool) {
				for n := range count {
					p.Words = append(p.Words, fmt.Sprintf("сөз%05d%02d", chat, n))
				}
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		return float64(usedMemory(b, rdb)-before) / float64(to-from)
	}
	ofOne, ofFive := follow(0, one, 1), follow(one, one+five, 5)
	for b.Loop() {
		walk(b, store, one+five, func() {})
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ofOne, "B/follower-of-1")
	b.ReportMetric(ofFive, "B/follower-of-5")
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/walk")
}
