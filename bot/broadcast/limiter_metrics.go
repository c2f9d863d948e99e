package broadcast

import "github.com/prometheus/client_golang/prometheus"

var (
	limitDesc = prometheus.NewDesc("kabarchy_send_limit_messages_per_second",
		"Messages a second over all chats: the configured limit, and what is kept to now, after Telegram asked everybody to wait; where messages may be paid for, that of those now.",
		[]string{"limit"}, nil)
	answersDesc = prometheus.NewDesc("kabarchy_send_answers_total",
		"Messages to people, and changes of them, that counted towards the limit beside the attempts of broadcasts.", nil, nil)
)

// Describe and Collect make a limiter a prometheus.Collector.
func (l *Limiter) Describe(descs chan<- *prometheus.Desc) {
	descs <- limitDesc
	descs <- answersDesc
}

// Collect tells how much may be sent.
func (l *Limiter) Collect(to chan<- prometheus.Metric) {
	l.mu.Lock()
	full, rate, answers := l.full, l.rate, l.answers
	l.mu.Unlock()
	to <- prometheus.MustNewConstMetric(limitDesc, prometheus.GaugeValue, full, "configured")
	to <- prometheus.MustNewConstMetric(limitDesc, prometheus.GaugeValue, rate, "now")
	if l.paid != nil {
		l.paid.mu.Lock()
		rate := l.paid.rate
		l.paid.mu.Unlock()
		to <- prometheus.MustNewConstMetric(limitDesc, prometheus.GaugeValue, rate, "paid")
	}
	to <- prometheus.MustNewConstMetric(answersDesc, prometheus.CounterValue, float64(answers))
}
