package broadcast

import (
	"strconv"
	"testing"
	"time"
)

// heldBack is a walk over so many buckets whose chats are settled, but for one in the first.
func heldBack(buckets int) (j *job, first *bucket) {
	j = &job{}
	first = j.openBucket(1, 0)
	for range buckets - 1 {
		j.openBucket(0, 1)
	}
	return j, first
}

// TestTheCursorPassesSettledBucketsAtOnce: one slow chat holds it, and nobody after that.
func TestTheCursorPassesSettledBucketsAtOnce(t *testing.T) {
	t.Parallel()
	const buckets = 16_384
	j, first := heldBack(buckets)
	if st, _ := j.advance(time.Now()); st.Cursor != 0 {
		t.Errorf("the cursor is at %d before the first chat is settled", st.Cursor)
	}
	first.left.Add(-1)
	if st, changed := j.advance(time.Now()); !changed || st.Cursor != buckets || st.Waiting != buckets-1 || len(j.buckets) != 0 {
		t.Errorf("the cursor is at %d, %d chats wait and %d buckets are open", st.Cursor, st.Waiting, len(j.buckets))
	}
}

// BenchmarkCursor has the cursor pass many buckets that one chat had held back. It reports
//
//	ns/bucket  what each costs: not more where they are many, as where they are taken from
//	           the front one by one
func BenchmarkCursor(b *testing.B) {
	for _, buckets := range []int{1_024, 16_384} {
		b.Run(strconv.Itoa(buckets), func(b *testing.B) {
			var took time.Duration
			for range b.N {
				j, first := heldBack(buckets)
				first.left.Add(-1)
				began := time.Now()
				j.advance(began)
				took += time.Since(began)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(took.Nanoseconds())/float64(b.N*buckets), "ns/bucket")
		})
	}
}
