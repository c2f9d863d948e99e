package feeds

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics measure the polling. Each carries the source's id, of which there are few.
type metrics struct {
	polls       *prometheus.CounterVec
	seconds     *prometheus.HistogramVec
	bytes       *prometheus.CounterVec
	items       *prometheus.CounterVec
	failures    *prometheus.GaugeVec
	lastSuccess *prometheus.GaugeVec
	lastItem    *prometheus.GaugeVec
	waiting     *waiting
}

func newMetrics(r prometheus.Registerer, waiting *waiting) (*metrics, error) {
	source := []string{"source"}
	m := &metrics{
		polls: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kabarchy_feeds_polls_total",
			Help: "Polls by outcome: changed, unchanged, failed."}, []string{"source", "outcome"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "kabarchy_feeds_poll_seconds",
			Help: "How long a poll took, from the request to the archive.", Buckets: []float64{.01, .05, .1, .5, 1, 5, 10, 30}}, source),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kabarchy_feeds_bytes_total",
			Help: "Decompressed bytes of the documents fetched."}, source),
		items: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kabarchy_feeds_items_total",
			Help: "Items by what they were: new, corrected, republished, held."}, []string{"source", "what"}),
		failures: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "kabarchy_feeds_failures_in_row",
			Help: "Failed polls since the last that succeeded."}, source),
		lastSuccess: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "kabarchy_feeds_last_success_timestamp_seconds",
			Help: "When a poll last succeeded."}, source),
		waiting: waiting,
		lastItem: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "kabarchy_feeds_last_item_timestamp_seconds",
			Help: "When something new or corrected last came."}, source),
	}
	if r == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.polls, m.seconds, m.bytes, m.items, m.failures, m.lastSuccess, m.lastItem, m.waiting} {
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
		m.failures.WithLabelValues(source).Inc()
		return
	}
	outcome := "changed"
	if r.Unchanged {
		outcome = "unchanged"
	}
	m.polls.WithLabelValues(source, outcome).Inc()
	m.failures.WithLabelValues(source).Set(0)
	m.lastSuccess.WithLabelValues(source).SetToCurrentTime()
	m.bytes.WithLabelValues(source).Add(float64(r.Bytes))
	for what, n := range map[string]int{"new": r.New, "corrected": r.Changed, "republished": r.Republished, "held": r.Held} {
		m.items.WithLabelValues(source, what).Add(float64(n))
	}
	if r.New+r.Changed > 0 {
		m.lastItem.WithLabelValues(source).SetToCurrentTime()
	}
}

// waiting counts what is held, whenever the metrics are asked for: an administrator may
// decide at any time.
type waiting struct {
	archive *Archive
	log     *slog.Logger
}

var waitingDesc = prometheus.NewDesc("kabarchy_feeds_held_items",
	"Items that wait for an administrator's decision, by why they are held.", []string{"source", "reason"}, nil)

// Describe and Collect make it a prometheus.Collector.
func (w *waiting) Describe(descs chan<- *prometheus.Desc) { descs <- waitingDesc }

// Collect gives no counts where Redis does not answer.
func (w *waiting) Collect(counts chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	held, err := w.archive.Held(ctx)
	if err != nil {
		w.log.Warn("the metrics lack the held items", "error", err)
		return
	}
	by := make(map[[2]string]int)
	for _, h := range held {
		by[[2]string{h.Source, h.Reason}]++
	}
	for labels, n := range by {
		counts <- prometheus.MustNewConstMetric(waitingDesc, prometheus.GaugeValue, float64(n), labels[:]...)
	}
}
