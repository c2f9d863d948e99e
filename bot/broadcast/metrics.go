package broadcast

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	attempts      *prometheus.CounterVec
	duration      prometheus.Histogram
	redisFailures prometheus.Counter
	paid, unpaid  prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, l *Limiter) *metrics {
	m := &metrics{
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
		paid: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "kabarchy_paid_attempts_total",
			Help: "Attempts that were to be paid for, each with a tenth of a Star where the message arrived.",
		}),
		unpaid: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "kabarchy_paid_broadcasts_refused_total",
			Help: "Broadcasts that went on at the free rate because Telegram did not take the payment.",
		}),
	}
	for v := Transient; v <= Conflict; v++ {
		m.attempts.WithLabelValues(v.String()) // the first failure is a step from 0
	}
	m.attempts.WithLabelValues(delivered)
	if reg != nil {
		reg.MustRegister(m.attempts, m.duration, m.redisFailures, m.paid, m.unpaid, l)
	}
	return m
}

// delivered is the outcome of an attempt that brought the message.
const delivered = "delivered"

func (m *metrics) attempt(err error, took time.Duration) {
	outcome := delivered
	if e := (*Error)(nil); errors.As(err, &e) {
		outcome = e.Verdict.String()
	} else if err != nil {
		outcome = Transient.String()
	}
	m.attempts.WithLabelValues(outcome).Inc()
	m.duration.Observe(took.Seconds())
}
