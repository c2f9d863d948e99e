package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"kabarchy/bot/desk/web"
	"kabarchy/bot/updates"
	"kabarchy/cmd/kabarchy/config"
)

// front is where the program is asked from outside: for health and metrics, by Telegram
// where it brings the updates, and by those at the desk for its pages. It answers from the
// first moment on: while the service waits for Redis it is alive, and not ready.
type front struct {
	health  net.Listener
	webhook net.Listener // nil where the webhook is served beside health and metrics
	debug   net.Listener // nil where nobody looks into the program
	apart   bool         // whether it is not
	desk    string       // the public address of the desk's pages; empty where there are none
	hubs    string       // the path below which hubs call; empty where they don't
	now     atomic.Pointer[handlers]
}

// handlers are those of the moment.
type handlers struct{ health, webhook, desk, pings, hubs http.Handler }

// errStarting is what /readyz says while the service waits for Redis.
var errStarting = errors.New("the service is starting; it waits for redis")

// open begins to listen and to answer.
func (a *App) open(ctx context.Context) error {
	var err error
	c := a.options.Config
	a.front.apart = c.Telegram.WebhookListen != ""
	if a.front.health, err = a.options.Listen(ctx, c.Listen, "the key listen"); err != nil {
		return err
	}
	a.front.desk, a.front.hubs = c.DeskAddress(), addressPath(c.WebSub)
	starting := readiness{{name: "start", ask: func(context.Context) error { return errStarting }}}
	yet := http.HandlerFunc(unavailableYet)
	a.front.now.Store(&handlers{newHandler(starting, a.metrics), yet, yet, yet, yet})
	a.parts.start(ctx, "health and metrics", func(ctx context.Context) error {
		return serve(ctx, a.front.health, http.HandlerFunc(a.front.answerAll), updates.WebhookGrace, a.options.Log)
	})
	if c.DebugListen != "" {
		if a.front.debug, err = a.options.Listen(ctx, c.DebugListen, "the key debug_listen"); err != nil {
			return err
		}
		a.parts.start(ctx, "profiles", func(ctx context.Context) error {
			return serve(ctx, a.front.debug, newDebugHandler(), updates.WebhookGrace, a.options.Log)
		})
	}
	if !a.front.apart {
		return nil
	}
	if a.front.webhook, err = a.options.Listen(ctx, c.Telegram.WebhookListen, "the key telegram.webhook_listen"); err != nil {
		return err
	}
	a.parts.start(ctx, "the webhook", func(ctx context.Context) error {
		return serve(ctx, a.front.webhook, http.HandlerFunc(a.front.answerWebhook), updates.WebhookGrace, a.options.Log)
	})
	return nil
}

func unavailableYet(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Retry-After", "5")
	w.WriteHeader(http.StatusServiceUnavailable) // Telegram tries again
}

// serveAll goes over from starting to the service's own answers. The webhook is served
// on every instance, so that citizens are answered by all of them.
func (a *App) serveAll() {
	none := http.NotFoundHandler()
	own := &handlers{newHandler(a.readiness(), a.metrics), none, none, none, none}
	if a.webhook != nil {
		own.webhook = only(addressPath(a.options.Config.Telegram.Webhook), a.webhook)
	}
	if a.web != nil {
		own.desk = a.web
	}
	if a.pingDoor != nil {
		own.pings = a.pingDoor
	}
	if a.hubs != nil {
		own.hubs = a.hubs
	}
	a.front.now.Store(own)
}

// only serves one path, to the letter.
func only(path string, handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path {
			http.NotFound(w, r)
			return
		}
		handler.ServeHTTP(w, r)
	})
}

// answerAll is for the address of health and metrics. The webhook is there where it has
// no address of its own, and so are the desk's pages, for their host.
func (f *front) answerAll(w http.ResponseWriter, r *http.Request) {
	now := f.now.Load()
	if f.desk != "" && web.Serves(f.desk, r) {
		now.desk.ServeHTTP(w, r)
		return
	}
	if f.apart || slices.Contains(config.ServedPaths, r.URL.Path) {
		now.health.ServeHTTP(w, r)
		return
	}
	f.answerWebhook(w, r)
}

// answerWebhook is for the address of the webhook alone, where sites and hubs say, too, that there
// is news.
func (f *front) answerWebhook(w http.ResponseWriter, r *http.Request) {
	now := f.now.Load()
	switch {
	case strings.HasPrefix(r.URL.Path, config.PingPath):
		now.pings.ServeHTTP(w, r)
	case f.hubs != "" && strings.HasPrefix(r.URL.Path, f.hubs+"/"):
		now.hubs.ServeHTTP(w, r)
	default:
		now.webhook.ServeHTTP(w, r)
	}
}
