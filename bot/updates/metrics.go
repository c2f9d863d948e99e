package updates

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	updates      *prometheus.CounterVec
	seconds      *prometheus.HistogramVec
	retries      prometheus.Counter
	postponed    prometheus.Counter
	pollFailures prometheus.Counter
}

func newMetrics(r prometheus.Registerer) *metrics {
	f := promauto.With(r)
	return &metrics{
		updates: f.NewCounterVec(prometheus.CounterOpts{
			Name: "kabarchy_updates_total",
			Help: "Updates done with, by kind and outcome: handled, given_up, unreadable, ignored or dropped.",
		}, []string{"kind", "outcome"}),
		seconds: f.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "kabarchy_update_seconds",
			Help:    "How long updates took from their turn to their end, retries included.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"kind"}),
		retries: f.NewCounter(prometheus.CounterOpts{
			Name: "kabarchy_update_retries_total",
			Help: "Tries at updates after the first.",
		}),
		postponed: f.NewCounter(prometheus.CounterOpts{
			Name: "kabarchy_updates_postponed_total",
			Help: "Updates that took so long that they were kept in Redis, for others to get their turn.",
		}),
		pollFailures: f.NewCounter(prometheus.CounterOpts{
			Name: "kabarchy_poll_failures_total",
			Help: "Requests for updates that failed.",
		}),
	}
}
