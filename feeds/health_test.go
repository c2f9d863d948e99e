package feeds

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/feeds/fetch"
	"kabarchy/subscriptions/redistest"
)

func TestPause(t *testing.T) {
	t.Parallel()
	failed := errors.New("no route to host")
	busy := fmt.Errorf("fetch: %w", &fetch.StatusError{Code: 503, RetryAfter: 40 * time.Minute})
	for _, test := range []struct {
		asked    time.Duration
		failures int
		err      error
		want     time.Duration
	}{
		{0, 0, nil, 0},
		{3 * time.Minute, 0, nil, 3 * time.Minute},
		{48 * time.Hour, 0, nil, maxAsked},
		{0, 1, failed, 0},
		{0, 2, failed, time.Minute},
		{0, 3, failed, 2 * time.Minute},
		{0, 4, failed, 4 * time.Minute},
		{0, 5, failed, 5 * time.Minute},
		{0, 10_000, failed, maxPause},
		{0, 1, busy, 40 * time.Minute},
		{0, 1, &fetch.StatusError{Code: 404, RetryAfter: 40 * time.Minute}, 0},
		{0, 1, &fetch.StatusError{Code: 410}, time.Hour},
		{0, 1, &fetch.StatusError{Code: 429, RetryAfter: 1000 * time.Hour}, maxRetry},
	} {
		if got := pause(test.asked, test.failures, test.err); got != test.want {
			t.Errorf("asked %v, failed %d times, %v: got %v, want %v", test.asked, test.failures, test.err, got, test.want)
		}
	}
}

// TestConditions: a source that fails for long or is unusually silent is reported
// once, and once more when it is well again.
func TestConditions(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	failed := outcome{err: errors.New("no route to host")}
	empty := func(read time.Time) outcome { return outcome{contact: read} }
	gone := outcome{err: &fetch.StatusError{Code: 410}}
	well := func(item time.Time, rhythm time.Duration) outcome { return outcome{lastItem: item, rhythm: rhythm} }
	for name, test := range map[string]struct {
		polls []outcome // one every 20 minutes
		want  []Condition
	}{
		"well":                       {[]outcome{well(start, 0), well(start, 0)}, nil},
		"fails for a short time":     {[]outcome{well(start, 0), failed, failed, well(start, 0)}, nil},
		"fails for long":             {[]outcome{well(start, 0), failed, failed, failed, failed, failed}, []Condition{Failing}},
		"and is well again":          {[]outcome{failed, failed, failed, failed, failed, well(start, 0), well(start, 0)}, []Condition{Failing, Well}},
		"always empty":               {[]outcome{empty(start.Add(-15 * 24 * time.Hour)), empty(start.Add(-15 * 24 * time.Hour))}, []Condition{Silent}},
		"empty for a few days":       {[]outcome{empty(start.Add(-13 * 24 * time.Hour))}, nil},
		"empty until now":            {[]outcome{empty(start.Add(-15 * 24 * time.Hour)), {contact: start.Add(-15 * 24 * time.Hour), lastItem: start}}, []Condition{Silent, Well}},
		"silent as usual":            {[]outcome{well(start.Add(-70*time.Hour), time.Hour)}, nil},
		"silent for unusually long":  {[]outcome{well(start.Add(-73*time.Hour), time.Hour), well(start.Add(-73*time.Hour), time.Hour)}, []Condition{Silent}},
		"silent, and then news":      {[]outcome{well(start.Add(-73*time.Hour), time.Hour), well(start, time.Hour)}, []Condition{Silent, Well}},
		"seldom has news":            {[]outcome{well(start.Add(-30*24*time.Hour), 7*24*time.Hour)}, nil},
		"of unknown rhythm":          {[]outcome{well(start.Add(-13*24*time.Hour), 0)}, nil},
		"of unknown rhythm, silent":  {[]outcome{well(start.Add(-15*24*time.Hour), 0)}, []Condition{Silent}},
		"never had news":             {[]outcome{well(time.Time{}, 0)}, nil},
		"given up":                   {[]outcome{well(start, 0), gone}, []Condition{Gone}},
		"given up and polled anyway": {[]outcome{gone, gone, well(start, 0)}, []Condition{Gone, Well}},
	} {
		h := newHealth(Source{ID: "s"}, start)
		var got []Condition
		for i, o := range test.polls {
			if h.note(o, start.Add(time.Duration(i)*20*time.Minute)) {
				got = append(got, h.get().Condition)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: reported %q, want %q", name, got, test.want)
		}
	}
}

func TestRhythm(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	dated := func(hours ...int) (entries []entry) {
		for _, h := range hours {
			entries = append(entries, entry{Item: Item{Published: now.Add(-time.Duration(h) * time.Hour)}})
		}
		return entries
	}
	primed := sourceState{Primed: true, LastItem: now.Add(-8 * time.Hour), Rhythm: 4 * time.Hour}
	for name, test := range map[string]struct {
		old     sourceState
		entries []entry
		news    int
		want    time.Duration
	}{
		"from the first document's dates":   {sourceState{}, dated(1, 5, 9), 3, 4 * time.Hour},
		"from too few of them":              {sourceState{}, dated(1, 5), 2, 0},
		"nothing new":                       {primed, dated(1), 0, 4 * time.Hour},
		"smoothed":                          {primed, dated(1), 1, 5 * time.Hour},
		"the second item of an empty feed":  {sourceState{Primed: true, LastItem: now.Add(-time.Hour)}, dated(1), 1, time.Hour},
		"the first item of an empty source": {sourceState{Primed: true}, dated(1), 1, 0},
	} {
		if got := rhythm(test.old, test.entries, test.news, now); got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

// TestPoliteSchedule: of three sites that are polled every second, the one that asks
// to be left alone and the one that was given up are asked once.
func TestPoliteSchedule(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	eager, patient, gone := newSite(t), newSite(t), newSite(t)
	for _, s := range []*site{eager, patient, gone} {
		s.Config.SetKeepAlivesEnabled(false) // in the bubble no time passes while a connection is open
	}
	patient.tail = "<ttl>60</ttl>" // Five minutes are the most.
	gone.answer = func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusGone) }
	o := options(eager.URL)
	o.Sources = append(o.Sources, Source{ID: "patient", Language: "ru", URL: patient.URL}, Source{ID: "gone", Language: "ru", URL: gone.URL})
	o.Schedule = "@every 1s"
	reports := make(chan Health, 10)
	o.OnHealth = func(h Health) { reports <- h }
	synctest.Test(t, func(t *testing.T) {
		p := newPoller(t, o, NewArchive(rdb))
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx) }()
		time.Sleep(3500 * time.Millisecond)
		stop()
		<-done
	})
	equal(t, "requests of the eager site", eager.asked(), 4)
	equal(t, "requests of the patient site", patient.asked(), 1)
	equal(t, "requests of the site given up", gone.asked(), 1)
	equal(t, "reports", len(reports), 1)
	if h := <-reports; h.Source != "gone" || h.Condition != Gone {
		t.Errorf("reported %+v", h)
	}
}

// TestPermanentRedirect: the configured address is asked at every poll. Where it led within
// the site is used when it fails itself; where it led elsewhere is used no longer than that.
func TestPermanentRedirect(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	d := newDesk(t, rdb)
	led := true
	d.answer = func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/feed":
			fmt.Fprint(w, (&site{posts: news(1)}).document())
		case led:
			http.Redirect(w, r, "/feed", http.StatusMovedPermanently)
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}
	}
	d.poll(Result{First: true, Items: 1, New: 1})
	equal(t, "moved", d.poller.Health()[0].Moved, d.URL+"/feed")
	d.show(func(*site) { led = false })
	d.poll(Result{Unchanged: true})
	equal(t, "requests", d.asked(), 4)

	other := newSite(t, news(2)...)
	d.show(func(s *site) {
		s.answer = http.RedirectHandler(strings.Replace(other.URL, "127.0.0.1", "localhost", 1), http.StatusMovedPermanently).ServeHTTP
	})
	d.poll(Result{Items: 2, New: 1, Announced: 1})
	equal(t, "requests of the other host", other.asked(), 1)
	if moved := d.poller.Health()[0].Moved; !strings.Contains(moved, "localhost") {
		t.Errorf("moved to %q", moved)
	}
	d.show(func(s *site) { s.answer = http.NotFound })
	if _, err := d.poller.Poll(t.Context(), "minjust-ky"); err == nil {
		t.Error("the poll did not fail")
	}
	equal(t, "requests of the other host", other.asked(), 1)
}

func TestTemporaryRedirectIsNot(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	d := newDesk(t, rdb)
	away := newSite(t, news(1)...)
	for i, code := range []int{http.StatusFound, http.StatusTemporaryRedirect} {
		d.show(func(s *site) { s.answer = http.RedirectHandler(away.URL, code).ServeHTTP })
		if _, err := d.poller.Poll(t.Context(), "minjust-ky"); err != nil {
			t.Fatal(err)
		}
		equal(t, "requests of the old place", d.asked(), i+1)
	}
}
