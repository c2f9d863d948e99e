package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// probePatience is how long a question of /readyz may take.
const probePatience = 3 * time.Second

// probe is a question that /readyz asks: nil says that all is well.
type probe struct {
	name string
	ask  func(context.Context) error
	// note says what is worth knowing though all is well; it may be nil.
	note func() string
}

// servedPaths are those of newHandler.
var servedPaths = []string{"/healthz", "/readyz", "/metrics"}

// newHandler serves what an operator's tools ask: /healthz (the process is alive),
// /readyz (every probe is well; otherwise 503, and a line says why) and /metrics.
func newHandler(probes []probe, metrics prometheus.Gatherer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { serveReady(w, r, probes) })
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	return mux
}

func serveReady(w http.ResponseWriter, r *http.Request, probes []probe) {
	ctx, cancel := context.WithTimeout(r.Context(), probePatience)
	defer cancel()
	status := http.StatusOK
	var lines strings.Builder
	for _, p := range probes {
		if err := p.ask(ctx); err != nil {
			status = http.StatusServiceUnavailable
			fmt.Fprintf(&lines, "%s: %v\n", p.name, err)
			continue
		}
		fmt.Fprintf(&lines, "%s: ok\n", p.name)
		if p.note != nil {
			lines.WriteString(p.note())
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(lines.String()))
}

// serve answers on the listener until ctx is done, and closes it then. Requests that
// are under way may end within the grace.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, grace time.Duration, log *slog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       time.Minute,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		// Long requests, such as a page's stream of events, end with the context.
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := server.Shutdown(end); err != nil {
		_ = server.Close()
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", listener.Addr(), err)
	}
	return nil
}

// listen opens a TCP address. Its error says what to do about it.
func listen(ctx context.Context, address, setting string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("can't listen on %s: %w; is another one running? Choose another address with %s", address, reason(err), setting)
	}
	return listener, nil
}
