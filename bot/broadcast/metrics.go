package broadcast

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	running, held prometheus.Gauge
	progress      *prometheus.GaugeVec
	attempts      *prometheus.CounterVec
	duration      prometheus.Histogram
	redisFailures prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		running: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "kabarchy_broadcasts_running",
			Help: "Broadcasts planned and not finished.",
		}),
		held: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "kabarchy_broadcasts_held",
			Help: "Broadcasts that wait for an administrator's decision.",
		}),
		progress: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "kabarchy_broadcast_chats",
			Help: "Chats of each running broadcast, by how far it is with them: planned, sent, blocked, failed, to_go.",
		}, []string{"broadcast", "kind", "state"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kabarchy_broadcast_attempts_total",
			Help: "Attempts to deliver a message, by what came of them.",
		}, []string{"outcome"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "kabarchy_broadcast_attempt_seconds",
			Help:    "How long Telegram took to answer an attempt.",
			Buckets: []float64{.025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}),
		redisFailures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "kabarchy_broadcast_redis_failures_total",
			Help: "Operations of the broadcast engine that Redis failed; each was tried again.",
		}),
	}
	if reg != nil {
		reg.MustRegister(m.running, m.held, m.progress, m.attempts, m.duration, m.redisFailures)
	}
	return m
}

// set sets the gauges of a running broadcast.
func (m *metrics) set(p Progress) {
	for state, chats := range map[string]int{
		"planned": p.Planned, "sent": p.Sent, "blocked": p.Blocked, "failed": p.Failed, "to_go": p.ToGo,
	} {
		m.progress.WithLabelValues(id(p.ID), string(p.Kind), state).Set(float64(chats))
	}
}

// forget removes the gauges of a broadcast.
func (m *metrics) forget(broadcast int64) {
	m.progress.DeletePartialMatch(prometheus.Labels{"broadcast": id(broadcast)})
}

func (m *metrics) attempt(err error, took time.Duration) {
	outcome := "delivered"
	if e := (*Error)(nil); errors.As(err, &e) {
		outcome = e.Verdict.String()
	} else if err != nil {
		outcome = Transient.String()
	}
	m.attempts.WithLabelValues(outcome).Inc()
	m.duration.Observe(took.Seconds())
}
