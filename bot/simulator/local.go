package simulator

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// local answers only this machine's own programs and pages: requests that name this
// machine, whatever a stranger's DNS says, and that no other site's page makes. A page
// may send requests anywhere, also to a server on its reader's machine.
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		switch {
		case !Loopback(r.Host):
			http.Error(w, "This is served to this machine only: open it as http://127.0.0.1 or http://localhost.", http.StatusForbidden)
		case origin != "" && origin != "http://"+r.Host, fromElsewhere(r):
			http.Error(w, "This is not for pages of other sites.", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// fromElsewhere reports whether a browser says that another site's page asks, unless
// that is a link somebody follows to the page here.
func fromElsewhere(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	follows := r.Method == http.MethodGet && r.URL.Path == "/" && r.Header.Get("Sec-Fetch-Mode") == "navigate"
	return (site == "cross-site" || site == "same-site") && !follows
}

// Loopback reports whether a Host header names this machine.
func Loopback(host string) bool {
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
