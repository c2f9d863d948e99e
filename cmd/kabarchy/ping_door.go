package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"kabarchy/cmd/kabarchy/config"
)

const (
	// pingSignature is where a ping has its signature, in the form of many sites' webhooks:
	// sha256= and the HMAC of the body.
	pingSignature = "X-Hub-Signature-256"
	// pingSize bounds the body of a ping, of which nothing is kept: it is signed.
	pingSize = 1 << 20
)

// pingDoor takes from a site that it has news, on every instance.
type pingDoor struct {
	secret   config.Secret
	sources  []config.Source
	note     func(ctx context.Context, source string) error
	requests *prometheus.CounterVec
	log      *slog.Logger
}

// register has the answers counted.
func (p *pingDoor) register(r prometheus.Registerer) *pingDoor {
	p.requests = promauto.With(r).NewCounterVec(prometheus.CounterOpts{
		Name: "kabarchy_ping_requests_total",
		Help: "Requests that say that a source has news, by what they were answered.",
	}, []string{"answer"})
	return p
}

// ServeHTTP takes POST /ping/<source>.
func (p *pingDoor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := p.serve(w, r)
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	p.requests.WithLabelValues(http.StatusText(status)).Inc()
	w.WriteHeader(status)
}

// serve says nothing of what is configured to who can't sign.
func (p *pingDoor) serve(w http.ResponseWriter, r *http.Request) (status int) {
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed
	}
	said, err := hex.DecodeString(strings.TrimPrefix(r.Header.Get(pingSignature), "sha256="))
	if err != nil || len(said) != sha256.Size {
		return http.StatusUnauthorized // whatever the body is
	}
	signed := hmac.New(sha256.New, []byte(p.secret))
	_, err = io.Copy(signed, http.MaxBytesReader(w, r.Body, pingSize))
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		return http.StatusRequestEntityTooLarge
	case err != nil:
		return http.StatusBadRequest
	case !hmac.Equal(said, signed.Sum(nil)):
		return http.StatusUnauthorized
	}
	source := strings.TrimPrefix(r.URL.Path, config.PingPath)
	if !p.configured(source) {
		return http.StatusNotFound
	}
	if err := p.note(r.Context(), source); err != nil {
		p.log.WarnContext(r.Context(), "a source says that it has news, which can't be noted: it is read at its next time", "source", source, "error", err)
		w.Header().Set("Retry-After", "5")
		return http.StatusServiceUnavailable
	}
	return http.StatusAccepted
}

func (p *pingDoor) configured(source string) bool {
	for _, s := range p.sources {
		if s.ID == source {
			return true
		}
	}
	return false
}
