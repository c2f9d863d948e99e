package simulator

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// How the real server repeats what a webhook did not take: at once the first time,
// then after waits that double up to a minute, or as Retry-After says.
const (
	maxHookWait       = 60 * time.Second
	maxHookRetryAfter = time.Hour
	hookTimeout       = 60 * time.Second
)

// webhook brings updates to the bot's address: those of one queue one after the other,
// those of different ones side by side, up to max at a time.
type webhook struct {
	url    string
	secret string
	max    int

	updates *updates
	client  *http.Client
	log     *slog.Logger
	wait    time.Duration // the first that doubles

	wakened chan struct{} // holds one
	stop    context.CancelFunc
	stopped chan struct{}

	mu        sync.Mutex
	busy      map[int64]bool // queues with an update under way
	retries   map[int64]hookRetry
	lastError string
	lastTime  time.Time
}

// hookRetry is what is known of an update that was not taken.
type hookRetry struct {
	fails int
	at    time.Time // by the wall clock
}

func (h *webhook) poke() {
	select {
	case h.wakened <- struct{}{}:
	default:
	}
}

// run delivers until ctx is done, and returns when all that was under way has ended.
func (h *webhook) run(ctx context.Context) {
	defer close(h.stopped)
	var deliveries sync.WaitGroup
	defer deliveries.Wait()
	for {
		up, pause := h.next()
		if up != nil {
			deliveries.Go(func() { h.deliver(ctx, *up) })
			continue
		}
		timer := time.NewTimer(pause)
		select {
		case <-h.wakened:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// next takes an update that may go now, or says when to look again.
func (h *webhook) next() (up *update, pause time.Duration) {
	h.updates.mu.Lock()
	defer h.updates.mu.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.updates.expire()
	h.forget()
	pause = time.Hour
	if len(h.busy) >= h.max {
		return nil, pause
	}
	waits := map[int64]bool{} // queues whose first update is not due yet
	ready := func(up update) bool {
		if h.busy[up.queue] || waits[up.queue] {
			return false
		}
		if due := time.Until(h.retries[up.id].at); due > 0 {
			pause = min(pause, due)
			waits[up.queue] = true
			return false
		}
		h.busy[up.queue] = true
		return true
	}
	if i := slices.IndexFunc(h.updates.again, ready); i >= 0 {
		up := h.updates.again[i]
		h.updates.again = slices.Delete(h.updates.again, i, i+1)
		return &up, 0
	}
	if i := slices.IndexFunc(h.updates.queue, ready); i >= 0 {
		up := h.updates.queue[i]
		return &up, 0
	}
	return nil, pause
}

// forget drops what is known of updates that have expired. Both locks are held.
func (h *webhook) forget() {
	if queue := h.updates.queue; len(h.retries) > len(queue)+len(h.updates.again) {
		maps.DeleteFunc(h.retries, func(id int64, _ hookRetry) bool { return len(queue) == 0 || id < queue[0].id })
	}
}

// deliver brings one update, and notes what became of it.
func (h *webhook) deliver(ctx context.Context, up update) {
	retryAfter, err := h.post(ctx, up.body)
	if ctx.Err() != nil {
		return // whoever takes the updates next gets it
	}
	if err == nil {
		h.updates.handled(up.id)
	}
	h.mu.Lock()
	delete(h.busy, up.queue)
	if err == nil {
		delete(h.retries, up.id)
	} else {
		h.lastError, h.lastTime = err.Error(), h.updates.now()
		known := h.retries[up.id]
		wait := retryAfter
		if wait == 0 && known.fails > 0 {
			wait = min(h.wait<<min(known.fails, 16), maxHookWait)
		}
		h.retries[up.id] = hookRetry{fails: known.fails + 1, at: time.Now().Add(wait)}
		h.log.Warn("the webhook did not take an update", "update", up.id, "wait", wait, "error", err)
	}
	h.mu.Unlock()
	h.poke()
}

func (h *webhook) post(ctx context.Context, body []byte) (retryAfter time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, hookTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("webhook request: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	if h.secret != "" {
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	}
	answer, err := h.client.Do(r)
	if err != nil {
		return 0, fmt.Errorf("webhook: %w", err)
	}
	defer answer.Body.Close()                               // only read
	io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20)) //nolint:errcheck // so that the connection is kept
	if answer.StatusCode/100 == 2 {
		return 0, nil
	}
	seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
	if err == nil && seconds > 0 {
		retryAfter = min(time.Duration(seconds)*time.Second, maxHookRetryAfter)
	}
	return retryAfter, fmt.Errorf("Wrong response from the webhook: %s", answer.Status)
}

// handled forgets an update that the webhook took.
func (u *updates) handled(id int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	i, found := slices.BinarySearchFunc(u.queue, id, func(up update, id int64) int { return cmp.Compare(up.id, id) })
	if found {
		u.remember(u.queue[i])
		u.queue = slices.Delete(u.queue, i, i+1)
		u.shrunk()
	}
}

// setHook puts h in the place of the webhook before it, which has ended on return; nil
// puts long polling there.
func (u *updates) setHook(ctx context.Context, h *webhook) {
	if h != nil {
		// The webhook outlives the request that sets it; close or the next one ends it.
		ctx, h.stop = context.WithCancel(context.WithoutCancel(ctx))
	}
	u.mu.Lock()
	before := u.hook
	u.hook = h
	if h != nil {
		u.stopPoll(WebhookSet)
	}
	u.mu.Unlock()
	if before != nil {
		before.stop()
		<-before.stopped
	}
	if h != nil {
		go h.run(ctx)
	}
}

func (u *updates) close(ctx context.Context) error {
	u.mu.Lock()
	u.closed = true
	u.wake()
	hook := u.hook
	u.mu.Unlock()
	if hook == nil {
		return nil
	}
	hook.stop()
	select {
	case <-hook.stopped:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("end the webhook: %w", ctx.Err())
	}
}

// ended reports whether the server was closed.
func (u *updates) ended() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.closed
}
