package updates

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type webhookMetrics struct {
	requests *prometheus.CounterVec
	pending  prometheus.Gauge
	failures prometheus.Counter
}

func newWebhookMetrics(r prometheus.Registerer) *webhookMetrics {
	f := promauto.With(r)
	return &webhookMetrics{
		requests: f.NewCounterVec(prometheus.CounterOpts{
			Name: "kabarchy_webhook_requests_total",
			Help: "Requests to the webhook by the answer they got.",
		}, []string{"answer"}),
		pending: f.NewGauge(prometheus.GaugeOpts{
			Name: "kabarchy_webhook_pending_updates",
			Help: "Updates that Telegram had not delivered when the leader asked last.",
		}),
		failures: f.NewCounter(prometheus.CounterOpts{
			Name: "kabarchy_webhook_delivery_failures_total",
			Help: "Looks of the leader, one a minute, at which Telegram had failed to deliver since the one before.",
		}),
	}
}
