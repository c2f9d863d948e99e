package telegram

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	calls    *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	refusals *prometheus.CounterVec
	answered prometheus.Gauge
	refused  prometheus.Gauge
	clock    prometheus.Gauge
}

func newMetrics(r prometheus.Registerer) *metrics {
	f := promauto.With(r)
	m := &metrics{
		calls: f.NewCounterVec(prometheus.CounterOpts{
			Name: "kabarchy_telegram_calls_total",
			Help: "Calls of the Bot API by method and outcome: ok, Telegram's error code, or no_answer.",
		}, []string{"method", "outcome"}),
		seconds: f.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "kabarchy_telegram_call_seconds",
			Help:    "How long calls of the Bot API took, by method.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"method"}),
		refusals: f.NewCounterVec(prometheus.CounterOpts{
			Name: "kabarchy_telegram_refusals_total",
			Help: "Calls of the Bot API that were not done, by the reason in Telegram's answer; no_answer where none came.",
		}, []string{"reason"}),
		answered: f.NewGauge(prometheus.GaugeOpts{
			Name: "kabarchy_telegram_last_answer_timestamp_seconds",
			Help: "When Telegram last answered, unless that it is in trouble itself; 0 where it has not.",
		}),
		refused: f.NewGauge(prometheus.GaugeOpts{
			Name: "kabarchy_telegram_token_refused",
			Help: "1 where Telegram refused the bot's token when it was last asked.",
		}),
		clock: f.NewGauge(prometheus.GaugeOpts{
			Name: "kabarchy_clock_offset_seconds",
			Help: "How far this machine's clock is ahead of the one by which Telegram dates its answers, to a second or two.",
		}),
	}
	for reason := Unknown; reason <= WrongToken; reason++ {
		m.refusals.WithLabelValues(reason.String()) // the first one is a step from 0
	}
	m.refusals.WithLabelValues(noAnswer)
	return m
}

func (m *metrics) observe(method string, err error, took time.Duration) {
	m.calls.WithLabelValues(method, outcome(err)).Inc()
	m.seconds.WithLabelValues(method).Observe(took.Seconds())
	if err != nil {
		m.refusals.WithLabelValues(refusal(err)).Inc()
	}
	if err == nil || errors.As(err, new(*APIError)) {
		m.answered.SetToCurrentTime()
		m.refused.Set(0)
	}
	if ReasonOf(err) == WrongToken {
		m.refused.Set(1)
	}
}

// noAnswer is the outcome of a call to which nothing came back.
const noAnswer = "no_answer"

func refusal(err error) string {
	if outcome(err) == noAnswer {
		return noAnswer
	}
	return ReasonOf(err).String()
}

// datedWithin is how soon an answer has to come for its date to tell the time: a server may
// have dated a slow one long before it arrived.
const datedWithin = 2 * time.Second

// dated compares the clock with the date of an answer. Dates are whole seconds: half of one
// is the best guess of what they left off.
func (m *metrics) dated(date string, began time.Time) {
	at, err := http.ParseTime(date)
	if err != nil || time.Since(began) > datedWithin {
		return
	}
	m.clock.Set(time.Since(at.Add(time.Second / 2)).Seconds())
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
		return noAnswer
	}
}
