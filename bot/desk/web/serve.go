package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// New makes the pages. It fails where what it needs is missing.
func New(o Options) (*Desk, error) {
	u, err := url.Parse(o.Address)
	if err != nil || u.Host == "" || strings.Trim(u.Path, "/") == "" {
		return nil, fmt.Errorf("web: %q is no address with a path", o.Address)
	}
	if o.Redis == nil || o.Desk == nil || o.Engine == nil || o.Archive == nil || o.Language == nil || o.Previews == nil || o.Census == nil {
		return nil, errors.New("web: a Redis, a desk, an engine, an archive, a language, previews and a census are needed")
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Cookie == "" {
		o.Cookie = "__Host-desk"
	}
	if o.Username == nil {
		o.Username = func() string { return "" }
	}
	files := readFiles()
	before := readFirst(files)
	d := &Desk{
		options: o, office: o.Desk, rdb: o.Redis, log: o.Log.With("component", "web"),
		host: hostOf(u.Scheme, u.Host), security: before.policy(o.Frames),
		foreign: http.NewCrossOriginProtection(), sessions: newSessions(o.Redis, o.Cookie),
		pages: readPages(), mux: http.NewServeMux(),
		site: &site{base: strings.TrimRight(u.Path, "/"), files: files, first: before, zone: o.Zone, username: o.Username},
	}
	d.fetched = newFetched(o.Pictures, d.log)
	at := func(ctx context.Context) (*glance, error) { return lookAt(ctx, o) }
	d.hub = &hub{at: at, has: store{o.Redis}.alive, log: d.log, streams: make(map[chan look]string)}
	d.register()
	return d, nil
}

// Serves reports whether a request is for the desk: under its path, for its host alone.
func (d *Desk) Serves(r *http.Request) bool { return Serves(d.options.Address, r) }

// Serves reports whether a request is for a desk at this address.
func Serves(address string, r *http.Request) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	base := strings.TrimRight(u.Path, "/")
	return hostOf(u.Scheme, r.Host) == hostOf(u.Scheme, u.Host) && (r.URL.Path == base || strings.HasPrefix(r.URL.Path, base+"/"))
}

// hostOf is a host without the port that its scheme has anyway.
func hostOf(scheme, host string) string {
	port := map[string]string{"https": ":443", "http": ":80"}[scheme]
	return strings.ToLower(strings.TrimSuffix(host, port))
}

// ServeHTTP answers a request that is for the desk; others it does not know.
func (d *Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !d.Serves(r) {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", d.security)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeWithin)) // a recorder has none
	switch _, pattern := d.mux.Handler(r); {
	case d.foreign.Check(r) != nil:
		d.asks(w, r).fail(errForeign)
	case pattern == "":
		d.asks(w, r).fail(errNoPage)
	default:
		d.mux.ServeHTTP(w, r)
	}
}

// asks is a request of somebody who is not known yet, in the language of their browser.
func (d *Desk) asks(w http.ResponseWriter, r *http.Request) *request {
	return &request{Request: r, w: w, desk: d, view: d.viewIn(readerOf(r))}
}

// register has the routes answered.
func (d *Desk) register() {
	for _, at := range routes {
		method, path, _ := strings.Cut(at.pattern, " ")
		d.mux.HandleFunc(method+" "+d.site.base+path, func(w http.ResponseWriter, r *http.Request) { d.answer(at, d.asks(w, r)) })
	}
	d.mux.HandleFunc("GET "+d.site.base+"/static/{hash}/{name}", d.site.files.serve)
	d.mux.Handle("GET "+d.site.base, http.RedirectHandler(d.site.base+"/", http.StatusSeeOther))
}
