package feeds

import (
	"testing"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions/redistest"
)

// TestRedisLosesWhatWasKnown: where the items or their index are gone, nothing that the
// source showed before is told once more; what comes afterwards is told and corrected.
func TestRedisLosesWhatWasKnown(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(redis.UniversalClient) error{
		"the items": func(rdb redis.UniversalClient) error { return rdb.Del(t.Context(), keyItems).Err() },
		"the index": func(rdb redis.UniversalClient) error { return rdb.Del(t.Context(), keyKnown("ky")).Err() },
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
