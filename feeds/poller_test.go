package feeds

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"kabarchy/feeds/feedtest"
	"kabarchy/subscriptions/redistest"
)

func TestSchedules(t *testing.T) {
	t.Parallel()
	for spec, says := range map[string]string{
		"@every 1s":             "",
		"*/5 8-20 * * 1-5":      "",
		"@hourly":               "",
		"":                      "empty",
		"@every 500ms":          "at least a second",
		"@every -1m":            "at least a second",
		"@every soon":           "soon",
		"0 9 31 2 *":            "never fires",
		"* * * * * *":           "expected exactly 5 fields",
		"61 * * * *":            "61",
		"TZ=Asia/Bishkek":       "zone is configured",
		"CRON_TZ=UTC 0 9 * * *": "zone is configured",
	} {
		t.Run(spec, func(t *testing.T) {
			t.Parallel()
			o := options("https://ukuk.example")
			o.Schedule = spec
			_, err := NewPoller(o, nil)
			wantError(t, err, says)
		})
	}
}

func wantError(t *testing.T, err error, says string) {
	t.Helper()
	feedtest.Says(t, err, says)
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for says, spoil := range map[string]func(o *Options){
		"no time zone":              func(o *Options) { o.Zone = nil },
		"two sources are called":    func(o *Options) { o.Sources = append(o.Sources, o.Sources[0]) },
		"has no id":                 func(o *Options) { o.Sources[0].ID = "" },
		"no language":               func(o *Options) { o.Sources[0].Language = "" },
		"no http or https address":  func(o *Options) { o.Sources[0].URL = "file:///etc/passwd" },
		"\"\" is no http or https":  func(o *Options) { o.Sources[0].URL = "" },
		"http:\" is no http":        func(o *Options) { o.Sources[0].URL = "http:" },
		"missing protocol scheme":   func(o *Options) { o.Sources[0].URL = ":" },
		"source minjust-ky: no lan": func(o *Options) { o.Sources[0].Language = "" },
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			o := options("https://ukuk.example")
			spoil(&o)
			_, err := NewPoller(o, nil)
			wantError(t, err, says)
		})
	}
}

func TestRunPollsAtOnceAndThenByTheSchedule(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, rdb redis.UniversalClient) {
		t.Parallel()
		s := newSite(t)
		o := options(s.URL)
		o.Schedule = "@every 1s"
		woken := make(chan struct{}, 10)
		o.OnAnnounce = func() { woken <- struct{}{} }
		a := NewArchive(rdb)
		p := newPoller(t, o, a)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx) }()
		eventually(t, "the first poll", func() bool { return s.asked() == 1 })
		s.show(func(s *site) { s.posts = dated(news(1)) })
		select {
		case <-woken:
		case <-time.After(10 * time.Second):
			t.Error("nothing was announced")
		}
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		if list, _ := a.Announcements(t.Context(), 10); len(list) != 1 {
			t.Errorf("got %d announcements, want 1", len(list))
		}
	})
}

// TestSourcesDoNotDelayEachOther: one site hangs for as long as the test lasts, and
// the other is polled every second meanwhile. The hanging one is asked only once.
func TestSourcesDoNotDelayEachOther(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	slow, well := newSite(t), newSite(t)
	slow.answer = func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	o := options(well.URL)
	o.Sources = append(o.Sources, Source{ID: "slow", Language: "ru", URL: slow.URL})
	o.Schedule = "@every 1s"
	p := newPoller(t, o, NewArchive(rdb))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	eventually(t, "three polls of the well one", func() bool { return well.asked() >= 3 })
	if n := slow.asked(); n != 1 {
		t.Errorf("the hanging site was asked %d times, want 1", n)
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
}

// TestPanicEndsNothing: a panic in one poll is recovered, and the source is polled again.
func TestPanicEndsNothing(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	s := newSite(t)
	o := options(s.URL)
	o.Schedule = "@every 1s"
	var calls atomic.Int32
	o.OnAnnounce = func() {
		if calls.Add(1) == 1 {
			panic("once")
		}
	}
	p := newPoller(t, o, NewArchive(rdb))
	if _, err := p.Poll(t.Context(), "minjust-ky"); err != nil {
		t.Fatal(err)
	}
	s.show(func(s *site) { s.posts = dated(news(1)) })
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	eventually(t, "the panic", func() bool { return calls.Load() == 1 })
	s.show(func(s *site) { s.posts = dated(news(2)) })
	eventually(t, "the next announcement", func() bool { return calls.Load() == 2 })
	stop()
	<-done
}

func TestPollOfUnknownSource(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	p := newPoller(t, options("https://ukuk.example"), NewArchive(rdb))
	if _, err := p.Poll(t.Context(), "other"); !errors.Is(err, ErrUnknownSource) {
		t.Errorf("got %v, want ErrUnknownSource", err)
	}
}

func TestRedisGoesAwayAndComesBack(t *testing.T) {
	t.Parallel()
	mini, rdb := redistest.Mini(t)
	d := newDesk(t, rdb)
	d.prime()
	d.show(func(s *site) { s.posts = news(1) })
	mini.SetError("LOADING Redis is loading the dataset in memory")
	if _, err := d.poller.Poll(t.Context(), "minjust-ky"); !errors.Is(err, ErrArchive) {
		t.Errorf("a poll without Redis: got %v, want ErrArchive", err)
	}
	if h := d.poller.Health()[0]; !h.Healthy() {
		t.Errorf("the source is blamed: %+v", h)
	}
	mini.SetError("")
	d.poll(Result{Items: 1, New: 1, Announced: 1})
	d.told("published Жаңылык 1")
}

func TestHealthAndMetrics(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	s := newSite(t, news(2)...)
	o := options(s.URL)
	registry := prometheus.NewRegistry()
	o.Registerer = registry
	p := newPoller(t, o, NewArchive(rdb))
	s.show(func(s *site) { s.answer = func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) } })
	for range 3 {
		p.Poll(t.Context(), "minjust-ky")
	}
	h := p.Health()[0]
	if h.Failures != 3 || h.Healthy() || !strings.Contains(h.LastError, "500") || h.LastAttempt.IsZero() || !h.LastSuccess.IsZero() {
		t.Errorf("after three failures: %+v", h)
	}
	s.show(func(s *site) { s.answer = nil })
	if _, err := p.Poll(t.Context(), "minjust-ky"); err != nil {
		t.Fatal(err)
	}
	if h := p.Health()[0]; !h.Healthy() || h.LastError != "" || h.LastItem.IsZero() || h.Source != "minjust-ky" {
		t.Errorf("when it is well again: %+v", h)
	}
	if n := value(t, registry, "kabarchy_feeds_polls_total", "failed"); n != 3 {
		t.Errorf("failed polls: %v, want 3", n)
	}
	if n := value(t, registry, "kabarchy_feeds_items_total", "new"); n != 2 {
		t.Errorf("new items: %v, want 2", n)
	}
	if _, err := newMetrics(o.Registerer); err == nil {
		t.Error("metrics were registered twice")
	}
}

// value reads the metric that has the given label.
func value(t *testing.T, r prometheus.Gatherer, name, label string) float64 {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			for _, l := range m.GetLabel() {
				if family.GetName() == name && l.GetValue() == label {
					return m.GetCounter().GetValue() + m.GetGauge().GetValue() // It is one of the two.
				}
			}
		}
	}
	t.Fatalf("no metric %s with %s", name, label)
	return 0
}
