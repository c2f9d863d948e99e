package web

import (
	"context"
	"net/http"

	"kabarchy/bot/desk"
)

// route says who may ask for what, and who answers.
type route struct {
	pattern string    // as http.ServeMux has it, below the desk's path
	roles   desk.Role // who has one of them may; 0: also who has not signed in
	handle  func(d *Desk, r *request) error
	open    bool // its answer has no end
}

// routes are all pages. What changes something is a POST.
var routes = []route{
	{"GET /{$}", anybody, (*Desk).now, false},
	{"GET /stream/{page}", anybody, (*Desk).stream, true},
	{"GET /case/{id}/sure/{verb}", anybody, (*Desk).sure, false},
	{"POST /case/{id}/do/{verb}", anybody, (*Desk).do, false},
	{"POST /item/{id}/stop", anybody, (*Desk).stopItem, false},

	{"POST /enter", 0, (*Desk).enter, false},
	{"GET /entered", 0, (*Desk).entered, false},
	{"GET /in/{token}", 0, (*Desk).askIn, false},
	{"POST /in/{token}", 0, (*Desk).in, false},
	{"POST /out", 0, (*Desk).out, false},
}

// mostForm is how much a form may hold: three texts of 20,000 characters, as forms are encoded.
const mostForm = 1 << 20

// answer does what a route says for who may ask for that.
func (d *Desk) answer(at route, r *request) {
	if !at.open {
		ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
		defer cancel()
		r.Request = r.WithContext(ctx)
	}
	r.Body = http.MaxBytesReader(r.w, r.Body, mostForm)
	err := r.recognise()
	switch {
	case err != nil:
	case at.roles == 0:
		err = at.handle(d, r)
	case r.who == 0:
		err = r.entrance()
	case r.roles&at.roles == 0:
		err = errOutside
	default:
		err = at.handle(d, r)
	}
	if err != nil {
		r.fail(err)
	}
}
