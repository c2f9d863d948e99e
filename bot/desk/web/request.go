package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/text/language"

	"kabarchy/bot/desk"
	"kabarchy/bot/locale"
)

// request is what somebody asks of the desk, with the answer that they get.
type request struct {
	*http.Request
	view
	w     http.ResponseWriter
	desk  *Desk
	who   int64 // a Telegram user id; 0 for who has not signed in
	roles desk.Role
	said  string // what the page is to say first
	typed bool   // it brings a form that must not be lost
}

// What a handler returns where a page in words says it all.
var (
	errNoPage  = errors.New("there is no such page")
	errForeign = errors.New("another site asks for this")
	errTooMuch = errors.New("the form is too large")
	errTooFast = errors.New("too many sign-ins from this address")
	errOutside = errors.New("who asks is not at the desk")
	errRefused = errors.New("Telegram's sign-in is not valid")
	errUsed    = errors.New("this sign-in was used")
)

// failures are the pages that say what stands against a request.
var failures = []struct {
	err    error
	status int
	title  string
	text   string
}{
	{errNoPage, http.StatusNotFound, "web.no_page", "web.no_page_text"},
	{errForeign, http.StatusForbidden, "web.foreign", "web.foreign_text"},
	{errTooMuch, http.StatusRequestEntityTooLarge, "web.too_much", "web.too_much_text"},
	{errTooFast, http.StatusTooManyRequests, "web.too_fast", "web.too_fast_text"},
	{errOutside, http.StatusForbidden, "web.outside", "web.outside_text"},
	{errRefused, http.StatusForbidden, "web.refused", "web.refused_text"},
	{errUsed, http.StatusForbidden, "web.used", "web.used_text"},
	{nil, http.StatusServiceUnavailable, "web.away", "web.away_text"}, // whatever else it is
}

// failure is what a page says of what failed.
type failure struct {
	Title, Text string
	Again       *again
}

// again is a form that could not be taken, to be sent again as it is, but for a file: browsers
// give a page none.
type again struct {
	Path   string
	Fields []field
	File   bool // it brought one
}

type field struct{ Name, Value string }

// again is the request's form; nil where it brings none.
func (r *request) again() *again {
	if !r.typed {
		return nil
	}
	a := &again{Path: strings.TrimPrefix(r.URL.Path, r.site.base)}
	switch {
	case r.who == 0 && r.inParts(): // nobody is known who may bring much: a file is not read
		a.Fields, a.File = r.beforeFile()
	case r.form() != nil:
		return nil
	default:
		for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
			a.Fields = append(a.Fields, field{name, r.PostForm.Get(name)})
		}
		a.File = r.bringsFile() || r.lost()
	}
	if a.File { // without it, it is saved and not submitted
		a.Fields = slices.DeleteFunc(a.Fields, func(f field) bool { return f.Name == "then" || f.Name == lostField })
		a.Fields = append(a.Fields, field{lostField, "1"})
	}
	return a
}

// lostField is in a form that is sent again without the file that it brought.
const lostField = "lost"

// lost reports whether the form that was read is sent again without its file.
func (r *request) lost() bool { return r.PostForm.Get(lostField) != "" }

// beforeFile are a form's fields up to its file.
func (r *request) beforeFile() (fields []field, file bool) {
	parts, err := r.MultipartReader()
	for err == nil {
		var part *multipart.Part
		if part, err = parts.NextPart(); err != nil {
			break
		}
		if part.FileName() != "" {
			return fields, true
		}
		var value []byte
		if value, err = io.ReadAll(part); err == nil && part.FormName() != fileField {
			fields = append(fields, field{part.FormName(), string(value)})
		}
	}
	return fields, false
}

// fail answers with a page that says what stands against the request.
func (r *request) fail(err error) {
	for _, f := range failures {
		if f.err != nil && !errors.Is(err, f.err) {
			continue
		}
		if f.err == nil && !errors.Is(r.Context().Err(), context.Canceled) { // who asked has not left
			r.desk.log.WarnContext(r.Context(), "page not shown", "method", r.Method, "pattern", r.Pattern, "user", r.who, "error", err)
		}
		if f.status == http.StatusServiceUnavailable {
			r.w.Header().Set("Retry-After", "5")
		}
		page := failure{Title: r.T(f.title), Text: r.T(f.text)}
		if f.err == nil {
			page.Again = r.again()
		}
		_ = r.draw(f.status, "failure", page)
		return
	}
}

// show answers with a page of pages, which finds data as .Data.
func (r *request) show(name string, data any) error { return r.draw(http.StatusOK, name, data) }

func (r *request) draw(status int, name string, data any) error {
	p := page{view: r.view, Path: strings.TrimPrefix(r.URL.Path, r.site.base), Nonce: newNonce(), Roles: r.roles, Data: data}
	if r.who != 0 && status == http.StatusOK {
		p.In = true
		told, err := r.desk.rdb.GetDel(r.Context(), r.saidHere(p.Path)).Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			return err
		}
		p.Said = cmp.Or(r.said, told)
	}
	var drawn bytes.Buffer
	if err := r.desk.pages[name].ExecuteTemplate(&drawn, "base.html", p); err != nil {
		if status != http.StatusOK {
			http.Error(r.w, r.T("web.away"), http.StatusServiceUnavailable)
		}
		return err
	}
	send(r.w, r.Request, status, "text/html; charset=utf-8", drawn.Bytes())
	return nil
}

// part answers with a part of a page: a template of its file.
func (r *request) part(name, part string, data any) error {
	var drawn bytes.Buffer
	if err := r.desk.pages[name].ExecuteTemplate(&drawn, part, page{view: r.view, In: true, Roles: r.roles, Data: data}); err != nil {
		return err
	}
	send(r.w, r.Request, http.StatusOK, "text/html; charset=utf-8", drawn.Bytes())
	return nil
}

// saidKept is how long a page's first words wait for it to be loaded.
const saidKept = 10 * time.Minute

// tell leads on to a page, named as in routes, which begins with some words. They are not in the
// session: each of its requests writes that back as it found it.
func (r *request) tell(words, to string) error {
	if err := r.desk.rdb.Set(r.Context(), r.saidHere(to), words, saidKept).Err(); err != nil {
		return err
	}
	return r.see(to)
}

// saidHere is where the first words of a page are kept for this session.
func (r *request) saidHere(path string) string {
	return keySaid(digest(r.desk.sessions.Token(r.Context()) + "\x00" + path))
}

// see leads on to a page, named as in routes.
func (r *request) see(to string) error {
	http.Redirect(r.w, r.Request, r.site.base+to, http.StatusSeeOther)
	return nil
}

// next is the page that was asked for before somebody signed in: one of ours, or Now.
func (r *request) next(asked string) string {
	if p := path.Clean(asked); plainPath.MatchString(asked) && (p == asked || p+"/" == asked) {
		return asked
	}
	return "/"
}

var plainPath = regexp.MustCompile(`^/[A-Za-z0-9/_:-]*$`)

// How many bytes a form may hold, three texts of 20,000 characters as forms are encoded, and a
// picture, as Telegram takes it: see https://core.telegram.org/bots/api#sendphoto.
const (
	mostForm    = 1 << 20
	mostPicture = 10 << 20
)

// most is how many bytes a request may bring: from who has signed in also a picture.
func (r *request) most() int64 {
	if r.who != 0 && r.inParts() {
		return mostForm + mostPicture + mostPicture/10 // a little more, to say what is wrong with it
	}
	return mostForm
}

// form reads the request's form; errTooMuch where it is larger than its route allows.
func (r *request) form() error {
	err := r.ParseForm()
	if err == nil && r.inParts() {
		err = r.ParseMultipartForm(r.most())
	}
	if errors.As(err, new(*http.MaxBytesError)) {
		return errTooMuch
	}
	return err
}

// fileField is the form's field that brings a picture.
const fileField = "file"

// bringsFile reports whether the form that was read brings a file.
func (r *request) bringsFile() bool {
	if r.MultipartForm == nil {
		return false
	}
	files := r.MultipartForm.File[fileField]
	return len(files) > 0 && files[0].Size > 0
}

// withFile are words on a form that is not saved, with what has to be said of a picture that it brought.
func (r *request) withFile(words string) string {
	if r.bringsFile() || r.lost() {
		words += " " + r.T("web.picture_again")
	}
	return words
}

// inParts reports whether the request's form can hold files.
func (r *request) inParts() bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data")
}

// actID is the id of an act that a form does: the same however often the form is sent. Of one
// page's forms each does another act, named by parts.
func (r *request) actID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{"web", decimal(r.who), r.PostFormValue("nonce")}, parts...), "\x00")))
	return hex.EncodeToString(sum[:16])
}

// onceFor is how long a form is remembered that does something once.
const onceFor = 24 * time.Hour

// once does what a form asks for, which is no act of the desk, if the form has not come before; if
// it fails the form may come again.
func (r *request) once(parts []string, does func() error) (fresh bool, err error) {
	key := keySeen(r.actID(parts...))
	if fresh, err = r.desk.rdb.SetNX(r.Context(), key, "", onceFor).Result(); err != nil || !fresh {
		return fresh, err
	}
	if err = does(); err != nil {
		err = errors.Join(err, r.desk.rdb.Del(r.Context(), key).Err())
	}
	return true, err
}

// newNonce is what a page's forms are known by.
func newNonce() string { return rand.Text() }

// readerOf is the language that a browser asks for.
func readerOf(r *http.Request) string {
	tags, _, _ := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	for _, tag := range tags {
		if base, _ := tag.Base(); locale.Spoken(base.String()) {
			return base.String()
		}
	}
	return locale.Default
}
