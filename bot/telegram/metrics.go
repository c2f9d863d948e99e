package telegram

import (
	"errors"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	calls   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	f := promauto.With(r)
	return &metrics{
		calls: f.NewCounterVec(prometheus.CounterOpts{
			Name: "kabarchy_telegram_calls_total",
			Help: "Calls of the Bot API by method and outcome: ok, Telegram's error code, or no_answer.",
		}, []string{"method", "outcome"}),
		seconds: f.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "kabarchy_telegram_call_seconds",
			Help:    "How long calls of the Bot API took, by method.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"method"}),
	}
}

func (m *metrics) observe(method string, err error, took time.Duration) {
	m.calls.WithLabelValues(method, outcome(err)).Inc()
	m.seconds.WithLabelValues(method).Observe(took.Seconds())
}

func outcome(err error) string {
	var (
		refused *APIError
		failed  *ServerError
	)
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &refused):
		return strconv.Itoa(refused.Code)
	case errors.As(err, &failed):
		return strconv.Itoa(failed.Status)
	default:
		return "no_answer"
	}
}
