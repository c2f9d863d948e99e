package feeds

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions/redistest"
)

// TestRedisLosesTheIndex: it is made anew from the items, and everything is known as
// before, also what comes back later.
func TestRedisLosesTheIndex(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, rdb redis.UniversalClient) {
		t.Parallel()
		count := indexedAtOnce + 5
		all := news(count + 2)
		d := newDesk(t, rdb, all[2:]...)
		d.poll(Result{First: true, Items: count, New: count})
		before, err := rdb.HGetAll(t.Context(), keyKnown("ky")).Result()
		if err != nil {
			t.Fatal(err)
		}
		if err := rdb.Del(t.Context(), keyKnown("ky")).Err(); err != nil {
			t.Fatal(err)
		}
		d.show(func(s *site) { s.posts = append(all[1:2:2], all[4:40]...) })
		d.poll(Result{Items: 37, New: 1, Announced: 1, Reindexed: count})
		d.told("published " + all[1].Title)
		for key, ids := range before {
			if again, err := rdb.HGet(t.Context(), keyKnown("ky"), key).Result(); err != nil || len(strings.Fields(again)) < len(strings.Fields(ids)) {
				t.Fatalf("the key %s has %q, %v; it had %q", key, again, err, ids)
			}
		}
		all[60].Text = "Оңдолду"
		d.show(func(s *site) { s.posts = all })
		d.poll(Result{Items: len(all), New: 1, Changed: 1, Announced: 2})
		d.told("published "+all[0].Title, "corrected "+all[60].Title)
	})
}

// TestRedisLosesWhatWasKnown: where the items are gone, nothing that the
// source showed before is told once more; what comes afterwards is told and corrected.
func TestRedisLosesWhatWasKnown(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(redis.UniversalClient) error{
		"the items": func(rdb redis.UniversalClient) error { return rdb.Del(t.Context(), keyItems).Err() },
		"the items' name": func(rdb redis.UniversalClient) error {
			return rdb.Rename(t.Context(), keyItems, "{news}:elsewhere").Err()
		},
		"both": func(rdb redis.UniversalClient) error {
			return rdb.Del(t.Context(), keyItems, keyKnown("ky")).Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, rdb := redistest.Mini(t)
			d := newDesk(t, rdb, news(2)...)
			d.poll(Result{First: true, Items: 2, New: 2})
			d.show(func(s *site) { s.posts = news(3) })
			d.poll(Result{Items: 3, New: 1, Announced: 1})
			d.told("published Жаңылык 3")
			if err := lose(rdb); err != nil {
				t.Fatal(err)
			}
			d.show(func(s *site) { s.posts = news(4) })
			d.poll(Result{Items: 4, New: 4, Held: 4})
			held, err := d.Held(t.Context())
			if err != nil || len(held) != 4 || held[0].Reason != HeldLost {
				t.Fatalf("held %+v, %v", held, err)
			}
			for _, h := range held {
				if err := d.Dismiss(t.Context(), h.Item); err != nil {
					t.Fatal(err)
				}
			}
			d.show(func(s *site) { s.posts = news(5); s.posts[4].Text = "Оңдолду" })
			d.poll(Result{Items: 5, New: 1, Changed: 1, Announced: 2})
			d.told("published Жаңылык 5", "corrected Жаңылык 1")
		})
	}
}

// TestOneItemIsLost: of a document whose other items are known, only what is lost is held.
func TestOneItemIsLost(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	d := newDesk(t, rdb, news(3)...)
	d.poll(Result{First: true, Items: 3, New: 3})
	if err := rdb.HDel(t.Context(), keyItems, d.id("Жаңылык 3")).Err(); err != nil {
		t.Fatal(err)
	}
	d.show(func(s *site) { s.posts = news(4) })
	d.poll(Result{Items: 4, New: 2, Held: 1, Announced: 1})
	d.told("published Жаңылык 4")
}
