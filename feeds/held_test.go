package feeds

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"kabarchy/feeds/fetch"
	"kabarchy/subscriptions/redistest"
)

// TestPlausibleOfASource: what is a flood elsewhere is a normal day of some sources.
func TestPlausibleOfASource(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ plausible, held int }{{0, 12}, {11, 12}, {12, 0}, {30, 0}} {
		_, rdb := redistest.Mini(t)
		d := newDesk(t, rdb)
		o := options(d.URL)
		o.Sources[0].Plausible = test.plausible
		d.poller = newPoller(t, o, d.Archive)
		d.prime()
		d.show(func(s *site) { s.posts = news(12) })
		d.poll(Result{Items: 12, New: 12, Held: test.held, Announced: 12 - test.held})
	}
}

// TestHeldInTheirOrder: what was held is released as it would have been announced.
func TestHeldInTheirOrder(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	d := newDesk(t, rdb)
	d.prime()
	posts, now := news(12), time.Now()
	for i := range posts {
		posts[i].Date = now.Add(-time.Duration(i) * time.Hour).Format(time.RFC1123Z)
	}
	d.show(func(s *site) { s.posts = posts })
	d.poll(Result{Items: 12, New: 12, Held: 12})
	held, err := d.Held(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for i, h := range held {
		item, err := d.Item(t.Context(), h.Item)
		if err != nil || !h.At.Equal(held[0].At) {
			t.Errorf("held %+v, %v", h, err)
		}
		got, want = append(got, item.Title), append(want, fmt.Sprintf("Жаңылык %d", i+1))
	}
	if !slices.Equal(got, want) {
		t.Errorf("held %q\nwant %q", got, want)
	}
}

func TestSinceWhen(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	failed := outcome{err: errors.New("no route to host")}
	h := newHealth(Source{ID: "s"}, start)
	for _, step := range []struct {
		outcome outcome
		at      time.Duration
		is      Condition
		since   time.Duration
	}{
		{failed, 61 * time.Minute, Failing, 0}, // it was never well
		{outcome{lastItem: start}, 2 * time.Hour, Well, 2 * time.Hour},
		{failed, 4 * time.Hour, Failing, 2 * time.Hour},
		{failed, 5 * time.Hour, Failing, 2 * time.Hour},
		{outcome{lastItem: start}, 15 * 24 * time.Hour, Silent, 0},
		{outcome{err: &fetch.StatusError{Code: 410}}, 16 * 24 * time.Hour, Gone, 16 * 24 * time.Hour},
	} {
		h.note(step.outcome, start.Add(step.at))
		if is := h.get(); is.Condition != step.is || !is.Since.Equal(start.Add(step.since)) {
			t.Errorf("after %s: %s since %s", step.at, is.Condition, is.Since.Sub(start))
		}
	}
}
