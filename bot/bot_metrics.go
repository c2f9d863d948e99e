package bot

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type botMetrics struct {
	panics    prometheus.Counter
	fallbacks *prometheus.CounterVec
}

func newBotMetrics(r prometheus.Registerer) *botMetrics {
	f := promauto.With(r)
	return &botMetrics{
		panics: f.NewCounter(prometheus.CounterOpts{
			Name: "kabarchy_update_panics_total",
			Help: "Handlers that panicked.",
		}),
		fallbacks: f.NewCounterVec(prometheus.CounterOpts{
			Name: "kabarchy_screen_fallbacks_total",
			Help: "Screens shown simpler than meant, by what was left out: picture, buttons, markup, length or topic.",
		}, []string{"left_out"}),
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
