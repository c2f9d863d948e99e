// Package page shows the simulator's phones in a browser, like a chat window with several
// of them side by side, and beside them a press officer's desk.
package page

import (
	"embed"
	"log/slog"
	"net/http"

	"kabarchy/bot/simulator"
)

// pageFiles are the page itself, as a browser gets it: there is no build step.
//
//go:embed *.html *.js *.css *.svg words
var pageFiles embed.FS

// contentPolicy lets the page run its own scripts and styles and nothing else, forbids
// turning strings into markup, and shows pictures of this machine and frames of its own alone.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"img-src 'self' http://127.0.0.1:* http://localhost:*; frame-src 'self'; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Options say what the page shows beside the phones.
type Options struct {
	// Desk is what the page's desk acts on; without it the page shows phones only.
	Desk Desk
	// Log hears why a page's stream ended; nothing if nil.
	Log *slog.Logger
}

// handler is the phones and the desk in a browser, and the API they act through.
type handler struct {
	server *simulator.Server
	log    *slog.Logger
	desk   deskWatch
	dots   dots
}

// New serves the page that shows the phones and the desk. It answers only requests
// that name this machine (whatever a stranger's DNS says) and, where they change
// something, come from the page itself. The server shows it by [Server.Show].
func New(s *simulator.Server, o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	p := &handler{server: s, log: o.Log, desk: deskWatch{desk: o.Desk}}
	p.desk.looked = func(state *DeskState) { p.dots.looked(s, state) }
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, pageFiles, "index.html")
	})
	mux.Handle("GET /page/", http.StripPrefix("/page/", http.FileServerFS(pageFiles)))
	mux.HandleFunc("GET /simulator/events", p.events)
	for name, act := range p.actions() {
		mux.Handle("POST /simulator/"+name, action(act))
	}
	return guard(http.NewCrossOriginProtection().Handler(mux))
}

// guard adds the security headers and refuses foreign names.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cache-Control", "no-cache")
		if !simulator.Loopback(r.Host) {
			http.Error(w, "This page is served to this machine only: open it as http://127.0.0.1 or http://localhost.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
