package main

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"kabarchy/bot/desk/web"
	"kabarchy/bot/simulator"
	"kabarchy/bot/simulator/page"
)

// demoPages serves the desk's pages beside the demo's own: to each of those at the press
// office under a path and with a cookie of their own, since their phones are one browser.
type demoPages struct {
	address string // of the demo's page
	next    http.Handler
	desks   atomic.Pointer[map[string]*web.Desk] // by path; nil until the service is there
}

// deskPath is where the pages of somebody are.
func deskPath(user int64) string { return "/desk/" + strconv.FormatInt(user, 10) }

// of is where they are in all; empty for who is not at the press office.
func (d *demoPages) of(user int64) string {
	for _, c := range page.Office {
		if c.ID == user {
			return strings.TrimRight(d.address, "/") + deskPath(user) + "/"
		}
	}
	return ""
}

// open has the pages be those of a service.
func (d *demoPages) open(app *App) error {
	desks := make(map[string]*web.Desk)
	for _, c := range page.Office {
		made, err := app.webAt(web.Options{
			Address: strings.TrimRight(d.of(c.ID), "/"), Frames: []string{"'self'"}, Cookie: "__Host-desk-" + strconv.FormatInt(c.ID, 10),
		})
		if err != nil {
			return err
		}
		desks[deskPath(c.ID)] = made
	}
	d.desks.Store(&desks)
	return nil
}

// ServeHTTP answers for the pages, and leaves all else to what is behind them.
func (d *demoPages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	desks := d.desks.Load()
	if desks == nil || !simulator.Loopback(r.Host) {
		d.next.ServeHTTP(w, r)
		return
	}
	for path, desk := range *desks {
		if r.URL.Path == path || strings.HasPrefix(r.URL.Path, path+"/") {
			r.Host = strings.Trim(strings.TrimPrefix(d.address, "http:"), "/") // this machine by any of its names
			desk.ServeHTTP(w, r)
			return
		}
	}
	d.next.ServeHTTP(w, r)
}
