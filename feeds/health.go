package feeds

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Health is how a source is, for administrators. Times are zero for "not since the start".
type Health struct {
	Source, Language, URL string
	// LastAttempt and LastSuccess are of polls; LastItem is when something new or
	// corrected last came.
	LastAttempt, LastSuccess, LastItem time.Time
	// Failures counts those in a row; LastError is what the last of them said.
	Failures  int
	LastError string
}

// Healthy says that the last poll succeeded.
func (h Health) Healthy() bool { return h.Failures == 0 && !h.LastSuccess.IsZero() }

// Health returns how each source is, in the order of their ids.
func (p *Poller) Health() []Health {
	list := make([]Health, 0, len(p.sources))
	for _, s := range p.sources {
		h := s.health.get()
		h.Source, h.Language, h.URL = s.ID, s.Language, s.URL
		list = append(list, h)
	}
	slices.SortFunc(list, func(a, b Health) int { return cmp.Compare(a.Source, b.Source) })
	return list
}

// health guards a Health.
type health struct {
	mu sync.Mutex
	Health
}

func (h *health) get() Health {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.Health
}

func (h *health) failuresInRow() int { return h.get().Failures }

// note takes in how a poll went.
func (h *health) note(r Result, err error, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.LastAttempt = now
	if err != nil {
		h.Failures++
		h.LastError = err.Error()
		return
	}
	h.LastSuccess, h.Failures, h.LastError = now, 0, ""
	if r.New+r.Changed > 0 {
		h.LastItem = now
	}
}
