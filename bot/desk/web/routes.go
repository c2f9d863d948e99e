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
	{"GET /new", desk.Officer, (*Desk).newCase, false},
	{"GET /case/{id}", anybody, (*Desk).showCase, false},
	{"POST /case/{id}", desk.Officer, (*Desk).save, false},
	{"POST /case/{id}/show", desk.Officer, (*Desk).save, true}, // it is shown at the pace of Telegram
	{"POST /case/{id}/look", desk.Officer, (*Desk).previewed, false},
	{"POST /case/{id}/forget", desk.Officer, (*Desk).forget, false},
	{"GET /case/{id}/picture", anybody, (*Desk).casePicture, false},
	{"GET /case/{id}/sure/{verb}", anybody, (*Desk).sure, false},
	{"POST /case/{id}/do/{verb}", anybody, (*Desk).do, false},
	{"GET /sent", anybody, (*Desk).sentItems, false},
	{"GET /item/{id}", anybody, (*Desk).item, false},
	{"GET /item/{id}/picture", anybody, (*Desk).itemPicture, false},
	{"POST /item/{id}/stop", anybody, (*Desk).stopItem, false},
	{"POST /item/{id}/correct", desk.Officer, (*Desk).correct, false},
	{"GET /item/{id}/withdraw", desk.Approver, (*Desk).sureWithdraw, false},
	{"POST /item/{id}/withdraw", desk.Approver, (*Desk).withdraw, false},
	{"GET /item/{id}/retry", desk.Approver, (*Desk).sureRetry, false},
	{"POST /item/{id}/retry", desk.Approver, (*Desk).retry, false},
	{"GET /item/{id}/curve.svg", anybody, (*Desk).curve, false},
	{"GET /queue", anybody, (*Desk).queue, false},
	{"GET /held/{id}", anybody, (*Desk).held, false},
	{"GET /held/{id}/send", desk.Approver, (*Desk).sureHeld, false},
	{"POST /held/{id}/{verb}", desk.Approver, (*Desk).decide, false},
	{"GET /readers", anybody, (*Desk).readers, false},
	{"GET /readers/growth.svg", anybody, (*Desk).growthChart, false},
	{"GET /sources", anybody, (*Desk).sources, false},
	{"GET /audit", desk.Approver | desk.Operator, (*Desk).audit, false},
	{"GET /people", desk.Approver, (*Desk).people, false},
	{"POST /people/invite", desk.Approver, (*Desk).invite, false},
	{"GET /people/{user}/out", desk.Approver, (*Desk).sureOut, false},
	{"POST /people/{user}/out", desk.Approver, (*Desk).putOut, false},

	{"POST /enter", 0, (*Desk).enter, false},
	{"GET /entered", 0, (*Desk).entered, false},
	{"GET /in/{token}", 0, (*Desk).askIn, false},
	{"POST /in/{token}", 0, (*Desk).in, false},
	{"POST /out", 0, (*Desk).out, false},
}

// answer does what a route says for who may ask for that.
func (d *Desk) answer(at route, r *request) {
	if !at.open {
		ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
		defer cancel()
		r.Request = r.WithContext(ctx)
	}
	r.typed = at.roles != 0 && r.Method == http.MethodPost
	err := r.recognise()
	r.Body = http.MaxBytesReader(r.w, r.Body, r.most())
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
