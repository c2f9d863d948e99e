package subscriptions_test

import (
	"reflect"
	"testing"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// TestBucketOf holds some buckets: with others, chats would be lost on an upgrade.
func TestBucketOf(t *testing.T) {
	t.Parallel()
	for chat, want := range map[int64]int{
		0: 0, 1: 1509, 2: 5258, 111111111: 5039, 5_000_000_000: 3759, -1001234567890: 7003, -1 << 63: 10634,
	} {
		if got := subscriptions.BucketOf(chat); got != want {
			t.Errorf("BucketOf(%d) = %d, want %d", chat, got, want)
		}
	}
}

// TestBucketsAreEven: no bucket comes near the 512 fields above which Redis leaves its
// compact encoding, though neighbouring ids come in runs.
func TestBucketsAreEven(t *testing.T) {
	t.Parallel()
	for _, stride := range []int64{1, 2, 1024, int64(subscriptions.Buckets)} {
		sizes := make([]int, subscriptions.Buckets)
		for i := range int64(1_000_000) {
			sizes[subscriptions.BucketOf(5_000_000_000+i*stride)]++
		}
		least, most := sizes[0], 0
		for _, size := range sizes {
			least, most = min(least, size), max(most, size)
		}
		if least < 20 || most > 120 {
			t.Errorf("with ids %d apart a bucket has %d to %d of a million chats, evenly it were 61", stride, least, most)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, rdb redis.UniversalClient) {
		const first, n = 5_000_000_000, 3000
		stopped := subscriptions.Preferences{Status: subscriptions.Stopped, Interface: "ru", Languages: []string{"ru"}}
		redistest.Fill(t, rdb, first, n, kyrgyz, stopped)
		met := map[int64]bool{}
		for from := 0; from < subscriptions.Buckets; from += 1000 {
			to := min(from+1000, subscriptions.Buckets)
			buckets, err := s.Read(t.Context(), from, to)
			if err != nil {
				t.Fatal(err)
			}
			if len(buckets) != to-from {
				t.Fatalf("%d buckets from %d to %d", len(buckets), from, to)
			}
			for i, bucket := range buckets {
				for _, subscriber := range bucket {
					if met[subscriber.Chat] || subscriptions.BucketOf(subscriber.Chat) != from+i {
						t.Fatalf("chat %d came twice or in a wrong bucket", subscriber.Chat)
					}
					met[subscriber.Chat] = true
					want := []subscriptions.Preferences{kyrgyz, stopped}[subscriber.Chat%2]
					if !reflect.DeepEqual(subscriber.Preferences, want) {
						t.Fatalf("chat %d: %+v, want %+v", subscriber.Chat, subscriber.Preferences, want)
					}
				}
			}
		}
		if len(met) != n {
			t.Errorf("met %d of %d", len(met), n)
		}
	})
}

func TestReadRefusesBuckets(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, _ redis.UniversalClient) {
		for _, wrong := range [][2]int{{-1, 1}, {0, subscriptions.Buckets + 1}, {2, 1}} {
			if _, err := s.Read(t.Context(), wrong[0], wrong[1]); err == nil {
				t.Errorf("Read(%d, %d) went well", wrong[0], wrong[1])
			}
		}
		if buckets, err := s.Read(t.Context(), 5, 5); err != nil || len(buckets) != 0 {
			t.Errorf("no buckets: %v, %v", buckets, err)
		}
	})
}

func TestCount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, rdb redis.UniversalClient) {
		redistest.Fill(t, rdb, 1, 600,
			kyrgyz,
			subscriptions.Preferences{Languages: []string{"ru", "ky"}},
			subscriptions.Preferences{Interface: "ky"},
			subscriptions.Preferences{Status: subscriptions.Stopped, Languages: []string{"ky"}},
			subscriptions.Preferences{Status: subscriptions.Blocked, Languages: []string{"ky"}},
			kyrgyz,
		)
		got, err := s.Count(t.Context())
		want := subscriptions.Counts{
			Active: map[string]int{"ky": 200, "ru": 100, "": 100}, Total: 600, Stopped: 100, Blocked: 100,
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	})
}
