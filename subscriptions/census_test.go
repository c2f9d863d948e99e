package subscriptions_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// TestCensus: the cohorts are what reading everybody finds, whenever each came.
func TestCensus(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, rdb redis.UniversalClient) {
		t.Parallel()
		store := subscriptions.NewStore(rdb)
		day := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
		kinds := []subscriptions.Preferences{
			{Languages: []string{"ky"}},
			{Languages: []string{"ky", "ru"}, Topics: subscriptions.Only(3), Quiet: subscriptions.Quiet{From: 22, To: 7, Wait: true}},
			{Languages: []string{"ky"}, Kind: subscriptions.Group, Thread: 7},
			{Status: subscriptions.Blocked, Languages: []string{"ky"}, Words: []string{"салык", "бала"}},
			{Languages: []string{"ky"}, PausedUntil: day, Owed: subscriptions.Owed{From: day, Until: day.Add(time.Hour)}},
		}
		want := make(map[string]int)
		for chat := range int64(100) {
			p := kinds[chat%5*chat%5]
			p.Since = day.Add(time.Duration(chat) * time.Hour)
			if _, err := store.Update(t.Context(), chat+1, func(kept *subscriptions.Preferences, _ bool) { *kept = p }); err != nil {
				t.Fatal(err)
			}
			stored, _, err := store.Get(t.Context(), chat+1)
			if err != nil {
				t.Fatal(err)
			}
			stored.Since = time.Time{}
			want[describe(stored)]++
		}
		for chat, newer := range map[string]string{"7001": "\x09later", "7002": "\x01\x00"} {
			if err := rdb.HSet(t.Context(), "subs:7", chat, newer).Err(); err != nil {
				t.Fatal(err)
			}
		}
		cohorts, unreadable, err := store.Census(t.Context())
		got := make(map[string]int)
		for _, c := range cohorts {
			got[describe(c.Preferences)] += c.Chats
		}
		if err != nil || unreadable != 2 || !maps.Equal(got, want) || len(cohorts) != len(want) {
			t.Errorf("%d cohorts, %d unreadable, %v\n got %v\nwant %v", len(cohorts), unreadable, err, got, want)
		}
	})
}

// describe writes out all that preferences say.
func describe(p subscriptions.Preferences) string { return fmt.Sprintf("%+v", p) }
