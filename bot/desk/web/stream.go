package web

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"
)

// followed is a page whose parts follow what happens.
type followed struct {
	parts []string // templates of the page's file; each is an event of that name
	look  func(d *Desk, g *glance, v viewer) any
}

// live are these pages.
var live = map[string]followed{
	"now": {[]string{"running", "waiting", "next", "ill"}, func(d *Desk, g *glance, v viewer) any { return d.nowOf(g, v).short() }},
}

// What is sent in a stream when, and how long a line may take for it.
const (
	breathEvery  = 15 * time.Second // proxies end what is silent for long
	streamWithin = 20 * time.Second
)

// stream sends the parts of a page that have changed, until who looks at it is not signed in
// or not at the desk any more.
func (d *Desk) stream(r *request) error {
	name := r.PathValue("page")
	page, ok := live[name]
	if !ok {
		return errNoPage
	}
	session := sessionKey(d.sessions.Token(r.Context()))
	looks, leave := d.hub.join(session)
	defer leave()
	h := r.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	s := &stream{request: r, page: page, template: d.pages[name], nonce: r.URL.Query().Get("nonce"), shown: make(map[string]string)}
	breath := time.NewTicker(breathEvery)
	defer breath.Stop()
	err := s.send(": begins\n\n")
	for err == nil {
		select {
		case <-r.Context().Done():
			return nil
		case seen := <-looks:
			err = s.show(seen, session)
		case <-breath.C:
			err = s.send(": is there\n\n")
		}
	}
	return nil // who looked has gone, or has to
}

// stream is one page that is open somewhere.
type stream struct {
	*request
	page     followed
	template *template.Template
	nonce    string            // of the page's forms
	shown    map[string]string // what each part shows
}

// errEnds ends a stream.
var errEnds = fmt.Errorf("the stream ends: %w", context.Canceled)

// show sends what has changed. A look that failed is told as that.
func (s *stream) show(seen look, session string) error {
	if seen.glance == nil {
		return s.part("state", s.T("web.stale"))
	}
	roles := seen.rolesOf(s.who)
	if roles == 0 || !seen.alive[session] {
		if err := s.part("state", s.T("web.ended")); err != nil {
			return err
		}
		if err := s.send("event: end\ndata: \n\n"); err != nil {
			return err
		}
		return errEnds
	}
	if err := s.part("state", ""); err != nil {
		return err
	}
	data := page{
		view: s.view, In: true, Roles: roles, Path: "/", Nonce: s.nonce,
		Data: s.page.look(s.desk, seen.glance, viewer{s.view, s.who, roles}),
	}
	for _, name := range s.page.parts {
		var drawn bytes.Buffer
		if err := s.template.ExecuteTemplate(&drawn, name, data); err != nil {
			return err
		}
		if err := s.part(name, drawn.String()); err != nil {
			return err
		}
	}
	return nil
}

// part sends a part of the page, unless it shows that already.
func (s *stream) part(name, html string) error {
	if was, known := s.shown[name]; known && was == html || !known && html == "" {
		return nil
	}
	s.shown[name] = html
	return s.send("event: " + name + "\ndata: " + strings.ReplaceAll(strings.ReplaceAll(html, "\r", ""), "\n", "\ndata: ") + "\n\n")
}

// send sends some of the stream, at once.
func (s *stream) send(text string) error {
	flow := http.NewResponseController(s.w)
	_ = flow.SetWriteDeadline(time.Now().Add(streamWithin)) // a recorder has none
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return flow.Flush()
}
