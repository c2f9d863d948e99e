package search

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// press writes news in a made-up tongue: a vocabulary of 60,000 words that is used as
// words are, a few often and most seldom.
type press struct {
	random     *rand.Rand
	zipf       *rand.Zipf
	vocabulary []string
}

func newPress() *press {
	p := &press{random: rand.New(rand.NewPCG(1, 2)), vocabulary: make([]string, 60_000)}
	syllables := strings.Fields("жар дам мый зам юр ист со от бор бу ку рук кыр гыз ми ни стр лик та лап ар ыз дун га лер дө гү ңө")
	for i := range p.vocabulary {
		for range 2 + p.random.IntN(4) {
			p.vocabulary[i] += syllables[p.random.IntN(len(syllables))]
		}
	}
	p.zipf = rand.NewZipf(p.random, 1.1, 8, uint64(len(p.vocabulary)-1))
	return p
}

func (p *press) words(n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = p.vocabulary[p.zipf.Uint64()]
	}
	return strings.Join(words, " ")
}

// length is that of an article in words: 250 in the middle, some of them thousands.
func (p *press) length() int { return min(3000, int(250*math.Exp(0.6*p.random.NormFloat64()))) }

// mistype swaps two letters of a query.
func (p *press) mistype(query string) string {
	letters := []rune(query)
	at := 1 + p.random.IntN(len(letters)-2)
	letters[at], letters[at+1] = letters[at+1], letters[at]
	return string(letters)
}

// cost is the least time of several: the query's own, without the machine's other work.
func cost(x *Index, query string, times int) time.Duration {
	least := time.Duration(math.MaxInt64)
	for range times {
		began := time.Now()
		x.Find(query, 50)
		least = min(least, time.Since(began))
	}
	return least
}

// BenchmarkSearch is over 20,000 articles in full.
func BenchmarkSearch(b *testing.B) {
	p := newPress()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x := &Index{}
	var putting time.Duration
	for n := range 20_000 {
		d := Document{ID: fmt.Sprint(n), Revision: 1, Title: p.words(9), Text: p.words(p.length()), Published: time.Unix(int64(n), 0)}
		began := time.Now()
		x.Put(d)
		putting += time.Since(began)
	}
	x.Find("жардам", 5)
	runtime.GC()
	runtime.ReadMemStats(&after)
	var took, mistaken []time.Duration
	for b.Loop() {
		query := p.words(1 + p.random.IntN(3))
		took = append(took, cost(x, query, 3))
		mistaken = append(mistaken, cost(x, p.mistype(query), 3))
	}
	everyLetter(x)
	worst := time.Duration(0)
	for _, query := range hostileQueries(x) {
		worst = max(worst, cost(x, query, 25))
	}
	slices.Sort(took)
	slices.Sort(mistaken)
	milliseconds := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	b.ReportMetric(milliseconds(mistaken[len(mistaken)/2]), "p50-ms/mistake")
	b.ReportMetric(milliseconds(mistaken[len(mistaken)*99/100]), "p99-ms/mistake")
	b.ReportMetric(milliseconds(took[len(took)/2]), "p50-ms/query")
	b.ReportMetric(milliseconds(took[len(took)*99/100]), "p99-ms/query")
	b.ReportMetric(milliseconds(worst), "worst-ms/query")
	b.ReportMetric(milliseconds(putting)/20_000, "ms/put")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
	runtime.KeepAlive(x)
}
