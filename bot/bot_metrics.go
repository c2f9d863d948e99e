package bot

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type botMetrics struct {
	updates      *prometheus.CounterVec
	seconds      *prometheus.HistogramVec
	retries      prometheus.Counter
	postponed    prometheus.Counter
	panics       prometheus.Counter
	pollFailures prometheus.Counter
	fallbacks    *prometheus.CounterVec
}

func newBotMetrics(r prometheus.Registerer) *botMetrics {
	f := promauto.With(r)
	return &botMetrics{
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
		panics: f.NewCounter(prometheus.CounterOpts{
			Name: "kabarchy_update_panics_total",
			Help: "Handlers that panicked.",
		}),
		pollFailures: f.NewCounter(prometheus.CounterOpts{
			Name: "kabarchy_poll_failures_total",
			Help: "Requests for updates that failed.",
		}),
		fallbacks: f.NewCounterVec(prometheus.CounterOpts{
			Name: "kabarchy_screen_fallbacks_total",
			Help: "Screens shown simpler than meant, by what was left out: picture, buttons, markup, length or topic.",
		}, []string{"without"}),
	}
}

type answerMetrics struct {
	answers *prometheus.CounterVec
	waiting prometheus.Gauge
}

func newAnswerMetrics(r prometheus.Registerer) *answerMetrics {
	f := promauto.With(r)
	return &answerMetrics{
		answers: f.NewCounterVec(prometheus.CounterOpts{
			Name: "kabarchy_answers_total",
			Help: "Answers to people by what became of them: arrived, overtaken by a later one, dropped or given_up.",
		}, []string{"outcome"}),
		waiting: f.NewGauge(prometheus.GaugeOpts{
			Name: "kabarchy_answers_waiting",
			Help: "Chats and presses to which an answer is on its way, or waits as Telegram asked.",
		}),
	}
}
