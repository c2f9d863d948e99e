package broadcast

import "time"

// meter measures a rate over the last seconds.
type meter struct {
	at   time.Time
	sent int
	last float64
}

// meterWindow is how long a rate is measured before it is shown.
const meterWindow = 3 * time.Second

func (m *meter) rate(now time.Time, sent int) float64 {
	switch since := now.Sub(m.at); {
	case m.at.IsZero() || sent < m.sent:
		m.at, m.sent = now, sent
	case since >= meterWindow:
		m.last = float64(sent-m.sent) / since.Seconds()
		m.at, m.sent = now, sent
	}
	return m.last
}
