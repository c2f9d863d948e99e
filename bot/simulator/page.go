package simulator

import (
	"embed"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// pageFiles are the page itself, as a browser gets it: there is no build step.
//
//go:embed page
var pageFiles embed.FS

// contentPolicy lets the page run its own scripts and styles and nothing else, forbids
// turning strings into markup, and shows pictures of this machine alone.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"img-src 'self' http://127.0.0.1:* http://localhost:*; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// page is the phones and the desk in a browser, and the API they act through.
type page struct {
	server *Server
	desk   deskWatch
	dots   dots
}

// page serves the page that shows the phones and the desk. It answers only requests
// that name this machine (whatever a stranger's DNS says) and, where they change
// something, come from the page itself.
func (s *Server) page() http.Handler {
	p := &page{server: s, desk: deskWatch{desk: s.options.Desk}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, pageFiles, "page/index.html")
	})
	mux.Handle("GET /page/", http.FileServerFS(pageFiles))
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
		if !loopback(r.Host) {
			http.Error(w, "This page is served to this machine only: open it as http://127.0.0.1 or http://localhost.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// loopback says whether a Host header names this machine.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}
