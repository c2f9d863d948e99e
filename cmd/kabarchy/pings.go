package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/redis/go-redis/v9"

	"kabarchy/bot/telegram"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/feeds"
)

const (
	// keyPings: hash, 1 by the id of a source that is said to have news.
	keyPings = "{news}:pings"
	// pingSignature is where a ping has its signature, in the form of WebSub and of many sites'
	// webhooks: sha256= and the HMAC of the body.
	pingSignature = "X-Hub-Signature-256"
	// pingSize bounds the body of a ping, which nobody reads: it is signed.
	pingSize = 1 << 20
	// lookForPings is how often the instance that leads looks what others were told.
	lookForPings = 500 * time.Millisecond
)

// pings takes from a site that it has news, on every instance, and has the one that leads poll
// it. Who repeats a ping, or sends many, has a source polled once in some seconds.
type pings struct {
	redis    redis.UniversalClient
	secret   config.Secret
	sources  []config.Source
	ping     func(source string) error
	told     chan struct{} // holds one: this instance was told something
	requests *prometheus.CounterVec
	log      *slog.Logger
}

// register has the answers counted.
func (p *pings) register(r prometheus.Registerer) *pings {
	p.told = make(chan struct{}, 1)
	p.requests = promauto.With(r).NewCounterVec(prometheus.CounterOpts{
		Name: "kabarchy_ping_requests_total",
		Help: "Requests that say that a source has news, by what they were answered.",
	}, []string{"answer"})
	return p
}

// ServeHTTP takes POST /ping/<source>.
func (p *pings) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := p.serve(w, r)
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	p.requests.WithLabelValues(http.StatusText(status)).Inc()
	w.WriteHeader(status)
}

// serve says nothing of what is configured to who can't sign.
func (p *pings) serve(w http.ResponseWriter, r *http.Request) (status int) {
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, pingSize))
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		return http.StatusRequestEntityTooLarge
	case err != nil:
		return http.StatusBadRequest
	case !p.signed(r.Header.Get(pingSignature), body):
		return http.StatusUnauthorized
	}
	source := strings.TrimPrefix(r.URL.Path, config.PingPath)
	if !p.configured(source) {
		return http.StatusNotFound
	}
	if err := p.redis.HSet(r.Context(), keyPings, source, "1").Err(); err != nil {
		p.log.WarnContext(r.Context(), "a source says that it has news, which can't be noted: it is read at its next time", "source", source, "error", err)
		w.Header().Set("Retry-After", "5")
		return http.StatusServiceUnavailable
	}
	select {
	case p.told <- struct{}{}:
	default:
	}
	return http.StatusAccepted
}

// signed reports whether a body carries the signature of who knows the secret.
func (p *pings) signed(signature string, body []byte) bool {
	given, err := hex.DecodeString(strings.TrimPrefix(signature, "sha256="))
	mac := hmac.New(sha256.New, []byte(p.secret))
	mac.Write(body)
	return err == nil && hmac.Equal(given, mac.Sum(nil))
}

func (p *pings) configured(source string) bool {
	for _, s := range p.sources {
		if s.ID == source {
			return true
		}
	}
	return false
}

// run has what is said to have news polled, until ctx is done. One instance at a time does it.
func (p *pings) run(ctx context.Context) error {
	tick := time.NewTicker(lookForPings)
	defer tick.Stop()
	failures := 0
	for {
		err := p.pass(ctx)
		switch {
		case err == nil:
			failures = 0
		case ctx.Err() == nil:
			if failures++; telegram.WorthLogging(failures) {
				p.log.WarnContext(ctx, "which sources say that they have news can't be read: they are read at their next time",
					"failures", strconv.Itoa(failures), "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-p.told:
		}
	}
}

// pass passes on what was said. A source that is not configured any more says nothing.
func (p *pings) pass(ctx context.Context) error {
	sources, err := p.redis.HKeys(ctx, keyPings).Result()
	if err != nil || len(sources) == 0 {
		return err
	}
	if err := p.redis.HDel(ctx, keyPings, sources...).Err(); err != nil {
		return fmt.Errorf("take pings: %w", err)
	}
	for _, source := range sources {
		if err := p.ping(source); err != nil && !errors.Is(err, feeds.ErrUnknownSource) {
			return err
		}
	}
	return nil
}
