// Package web shows the press office's desk as pages: in Telegram as a Mini App, and in a
// browser by a link that the chat's desk gives. It is a view of package desk: what may happen
// to a case, and who may do it, is asked there, at every request.
//
// What it promises:
//
//   - Nobody sees or does anything but who is at the desk at that moment. A session says who
//     somebody is and nothing more: roles are read anew for every request, and once a second
//     for a page that stays open.
//   - GET changes nothing. Each form has a nonce: sent twice, it is one act.
//   - Every page works without JavaScript; with it, parts of a page follow what happens.
//   - No foreign script, style or picture is loaded, and only Telegram's web client may show
//     a page in a frame.
//   - All that is kept is in Redis, so that any instance answers any request.
//
// # To add a page
//
// Three things, here for a list of sources:
//
//  1. pages/sources.html, with the parts "title" and "main". They are drawn from a page: its
//     words are {{.T "web.…"}}, numbers {{.Number .Data.Count}}, moments {{.Moment .Data.At}},
//     addresses {{.To "/sources"}}; what the handler gave is in .Data. Within {{range}} write
//     {{$.T …}}. A form is a POST with {{template "nonce" $}} in it. There is no style= and no
//     on…= in it: the Content-Security-Policy refuses both. Classes are in static/desk.css, which
//     stands in every page: see first.go.
//  2. sources.go, with a handler: func (d *Desk) sources(r *request) error, which asks package
//     desk and ends with r.show("sources", data), or after a POST with
//     r.tell(words, "/sources"). r.who is who asks, r.roles what they may do. An error that it returns
//     becomes a page in words: errNoPage, errTooMuch, or for any other "try again".
//  3. a row in the table routes, in routes.go: the pattern, who may, and the handler.
//
// A link to it in the head of all pages is a row in the table menu, in view.go. Words are in the
// catalogues web.{ky,ru,en}.yaml of package locale, in all three languages.
//
// What follows by itself, such as "running" on the page Now, is a {{define}} of its own in the
// page's file, and a name in the table live: see stream.go.
package web
