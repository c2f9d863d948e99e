package feeds

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics measure the polling. Each carries the source's id, of which there are few.
type metrics struct {
	polls   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	bytes   *prometheus.CounterVec
	items   *prometheus.CounterVec
}

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		polls: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kabarchy_feeds_polls_total",
			Help: "Polls by outcome: changed, unchanged, failed."}, []string{"source", "outcome"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "kabarchy_feeds_poll_seconds",
			Help: "How long a poll took, from the request to the archive.", Buckets: []float64{.01, .05, .1, .5, 1, 5, 10, 30}}, []string{"source"}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kabarchy_feeds_bytes_total",
			Help: "Decompressed bytes of the documents fetched."}, []string{"source"}),
		items: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kabarchy_feeds_items_total",
			Help: "Items by what they were: new, corrected, republished, held."}, []string{"source", "what"}),
	}
	if r == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.polls, m.seconds, m.bytes, m.items} {
		if err := r.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// note takes in how a poll went.
func (m *metrics) note(source string, r Result, err error, took time.Duration) {
	m.seconds.WithLabelValues(source).Observe(took.Seconds())
	if err != nil {
		m.polls.WithLabelValues(source, "failed").Inc()
		return
	}
	outcome := "changed"
	if r.Unchanged {
		outcome = "unchanged"
	}
	m.polls.WithLabelValues(source, outcome).Inc()
	m.bytes.WithLabelValues(source).Add(float64(r.Bytes))
	for what, n := range map[string]int{"new": r.New, "corrected": r.Changed, "republished": r.Republished, "held": r.Held} {
		m.items.WithLabelValues(source, what).Add(float64(n))
	}
}
