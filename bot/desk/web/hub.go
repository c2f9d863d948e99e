package web

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// lookEvery is how often the desk is looked at while pages are open.
const lookEvery = time.Second

// look is what all streams are told: the desk, and whose sessions there are. glance is nil
// where Redis did not answer.
type look struct {
	*glance
	alive map[string]bool
}

// hub looks at the desk once a second for all pages that are open, and not at all while none is.
type hub struct {
	at  func(ctx context.Context) (*glance, error)
	has func(ctx context.Context, sessions []string) (map[string]bool, error)
	log *slog.Logger

	mu      sync.Mutex
	streams map[chan look]string // → the session's key
	stop    context.CancelFunc   // nil while nobody looks
}

// join has looks sent until leave is called. Who is slow misses some.
func (h *hub) join(session string) (looks <-chan look, leave func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	stream := make(chan look, 1)
	h.streams[stream] = session
	if h.stop == nil {
		var ctx context.Context
		ctx, h.stop = context.WithCancel(context.Background())
		go h.run(ctx)
	}
	return stream, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if delete(h.streams, stream); len(h.streams) == 0 {
			h.stop()
			h.stop = nil
		}
	}
}

func (h *hub) run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	failures := 0
	for {
		seen, err := h.look(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			failures = 0
		} else if failures++; failures == 1 {
			h.log.WarnContext(ctx, "open pages show what was, trying again", "error", err)
		}
		h.tell(seen)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look looks at the desk, and at whose sessions there are.
func (h *hub) look(ctx context.Context) (seen look, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	if seen.alive, err = h.has(ctx, h.sessions()); err == nil {
		seen.glance, err = h.at(ctx)
	}
	return seen, err
}

func (h *hub) sessions() (keys []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, key := range h.streams {
		keys = append(keys, key)
	}
	return keys
}

// tell sends a look to all streams. One that has not taken the last one gets the newer.
func (h *hub) tell(seen look) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for stream, session := range h.streams {
		if _, asked := seen.alive[session]; !asked && seen.glance != nil {
			continue // it has joined since
		}
		select {
		case <-stream:
		default:
		}
		stream <- seen
	}
}
