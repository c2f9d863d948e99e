package updates

import (
	"cmp"
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"io"
	"math"
	"mime"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	secretHeader = "X-Telegram-Bot-Api-Secret-Token"

	// updateSize is far above any update: what is longer comes from somebody else.
	updateSize = 1 << 20

	// webhookWithin is how long one delivery may take. Telegram itself waits about a
	// minute; while one update waits, the others of its chat do too.
	webhookWithin = 10 * time.Second
	// afterHangUp is how long an update in work may take once nobody waits for the
	// answer, because Telegram hung up or this instance stops.
	afterHangUp = 3 * time.Second
	// WebhookGrace is how long a server that stops should let the webhook finish.
	WebhookGrace = afterHangUp + time.Second
	// bodyWithin is how long the delivery itself may take.
	bodyWithin = 10 * time.Second
	// againAfter is what Telegram is told to wait at least. Without it Telegram would
	// wait longer and longer, up to two minutes.
	againAfter = 2 * time.Second
	// keptHandled is how many updates are remembered as handled.
	keptHandled = 4096
)

// WebhookOptions are what a webhook is made of.
type WebhookOptions struct {
	// Address is where Telegram finds the webhook: https, on port 443, 80, 88 or 8443.
	Address string
	// Within is how long the handling of an update may take before Telegram is asked
	// to bring it again; 10 seconds unless set.
	Within time.Duration
	// CheckEvery is how often Keep looks; each minute unless set.
	CheckEvery time.Duration
	// Registerer takes the metrics; none are kept if nil.
	Registerer prometheus.Registerer
}

// Webhook is the http.Handler to which Telegram brings updates. It guarantees that
//
//   - only what carries the secret is read. The secret follows from the bot's token,
//     so that all instances agree on it and nobody has to keep another one;
//   - the answer is 200 only when the update is done with, as with long polling:
//     handled, or left behind with a line in the log and a count because it can't be;
//   - in an outage it is 503, and Telegram brings the update again.
//
// Telegram brings the updates of one chat one after the other, to whichever instance.
type Webhook struct {
	dispatcher *Dispatcher
	address    string
	secret     string
	within     time.Duration
	every      time.Duration
	metrics    *webhookMetrics
	handled    recently
}

// NewWebhook returns the handler of the bot's webhook. Nobody is told of it yet: see Keep.
func NewWebhook(d *Dispatcher, o WebhookOptions) *Webhook {
	o.Within = cmp.Or(o.Within, webhookWithin)
	o.CheckEvery = cmp.Or(o.CheckEvery, webhookCheck)
	return &Webhook{
		dispatcher: d, address: o.Address, secret: d.client.DerivedSecret("kabarchy webhook secret"), within: o.Within, every: o.CheckEvery,
		metrics: newWebhookMetrics(o.Registerer),
	}
}

// ServeHTTP takes one update.
func (w *Webhook) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	status, after := w.serve(rw, r)
	switch status {
	case http.StatusMethodNotAllowed:
		rw.Header().Set("Allow", http.MethodPost)
	case http.StatusServiceUnavailable:
		rw.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(max(after, againAfter).Seconds()))))
	}
	w.metrics.requests.WithLabelValues(http.StatusText(status)).Inc()
	rw.WriteHeader(status)
}

// serve checks what came, in the order of what the checks cost, and returns the status;
// for what is to come again also after how long.
func (w *Webhook) serve(rw http.ResponseWriter, r *http.Request) (status int, after time.Duration) {
	// A body that never ends would hold the connection for ever, also of who is refused:
	// the server waits for the rest of it. A recorder has no deadline.
	_ = http.NewResponseController(rw).SetReadDeadline(time.Now().Add(bodyWithin))
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed, 0
	}
	if !hmac.Equal([]byte(r.Header.Get(secretHeader)), []byte(w.secret)) { // in constant time
		return http.StatusUnauthorized, 0
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return http.StatusUnsupportedMediaType, 0
	}
	raw, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, updateSize))
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		return http.StatusRequestEntityTooLarge, 0
	case err != nil:
		return http.StatusBadRequest, 0
	}
	return w.take(r.Context(), raw)
}

// take brings an update to its end, unless that takes too long.
func (w *Webhook) take(asking context.Context, raw json.RawMessage) (status int, after time.Duration) {
	var head struct {
		ID int64 `json:"update_id"`
	}
	_ = json.Unmarshal(raw, &head) // what can't be read at all is Handle's to report
	if w.handled.has(head.ID) {
		return http.StatusOK, 0
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(asking), w.within)
	defer cancel()
	defer context.AfterFunc(asking, func() { time.AfterFunc(afterHangUp, cancel) })()
	if err := w.dispatcher.Handle(ctx, raw); err != nil {
		w.dispatcher.log.WarnContext(ctx, "update not handled in time, telegram will bring it again", "update", head.ID, "error", err)
		if later := new(laterError); errors.As(err, &later) {
			after = later.after
		}
		return http.StatusServiceUnavailable, after
	}
	w.handled.add(head.ID)
	return http.StatusOK, 0
}

// recently remembers the last updates that this instance has handled, so that one that
// comes again, because the answer was lost, is not answered twice. Others' updates it
// does not know: handlers do no harm when they run twice.
type recently struct {
	mu    sync.Mutex
	known map[int64]bool
	ring  []int64
	next  int
}

func (r *recently) has(update int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.known[update]
}

func (r *recently) add(update int64) {
	if update == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil {
		r.known, r.ring = make(map[int64]bool), make([]int64, keptHandled)
	}
	delete(r.known, r.ring[r.next])
	r.known[update], r.ring[r.next] = true, update
	r.next = (r.next + 1) % keptHandled
}
