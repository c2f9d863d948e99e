package web

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	initdata "github.com/telegram-mini-apps/init-data-golang"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/feeds"
	"kabarchy/feeds/article"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
	"kabarchy/subscriptions/redistest/pipenet"
)

// Those at the desk, and somebody who is not.
const (
	aizada  = 101 // officer and approver
	bakyt   = 102 // officer
	cholpon = 103 // approver
	daniyar = 104 // operator
	nobody  = 999
)

const (
	token   = "7000000001:AAA-secret"
	address = "https://bot.example.kg/desk"
)

// office is a desk with its pages, on a real archive, store and engine.
type office struct {
	*desk.Desk
	t       *testing.T
	server  *redistest.Embedded
	rdb     redis.UniversalClient
	archive *feeds.Archive
	store   *subscriptions.Store
	engine  *broadcast.Engine
	web     *Desk
	net     *pipenet.Listener
	log     bytes.Buffer
	album   album
	shown   []string // the titles of the drafts that the desk was shown
	asked   func()   // what happens while a request finds out who asks
}

// inOffice runs a test in virtual time.
func inOffice(t *testing.T, test func(t *testing.T, o *office)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &office{t: t, server: redistest.Bubble(t)}
		o.rdb = redistest.Lean(o.server.Client(t))
		o.archive, o.store = feeds.NewArchive(o.rdb), subscriptions.NewStore(o.rdb)
		o.engine = broadcast.New(broadcast.Options{
			Redis: o.rdb, Store: o.store, Archive: o.archive, Sender: phones{}, Brake: desk.Brake{Redis: o.rdb}, MessagesPerSecond: 1,
			Log: slog.New(slog.DiscardHandler),
		})
		var err error
		o.Desk, err = desk.New(desk.Options{
			Redis: o.rdb, Archive: o.archive, Engine: o.engine, Writing: true, People: []desk.Person{
				{ID: aizada, Name: "А. Осмонова", Roles: desk.Officer | desk.Approver},
				{ID: bakyt, Name: "Б. <b>Токтогулов</b>", Roles: desk.Officer},
				{ID: cholpon, Name: "Ч. Алиева", Roles: desk.Approver},
				{ID: daniyar, Name: "Д. Садыков", Roles: desk.Operator},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		o.web = o.open()
		o.net = pipenet.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.RemoteAddr = "127.0.0.1:4000" // the proxy's
			o.web.ServeHTTP(w, r)
		}))
		test(t, o)
	})
}

// open makes the pages once more, as another instance does.
func (o *office) open() *Desk {
	o.t.Helper()
	d, err := New(Options{
		Address: address, Redis: o.rdb, Desk: o.Desk, Engine: o.engine, Archive: o.archive, Token: token,
		Language: func(context.Context, int64) (string, error) {
			if o.asked != nil {
				o.asked()
			}
			return "en", nil
		},
		Previews: func(_ context.Context, _ string, item feeds.Item, _ map[string]feeds.Item) Message {
			return Message{HTML: template.HTML("<i>" + html.EscapeString(item.Title) + "</i>"), Picture: pictureOf(item) != ""}
		},
		Census: o.store.Census, Pictures: &o.album,
		ShowToAll: func(_ context.Context, _ int64, c desk.Case) (int, error) {
			o.shown = append(o.shown, c.Texts["en"].Title)
			return 3, nil
		},
		Topics:   []Topic{{ID: "aid", NameIn: func(string) string { return "Legal <aid>" }}},
		Username: func() string { return "news_bot" }, Log: slog.New(slog.NewTextHandler(&o.log, nil)),
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

// phones take what they are sent.
type phones struct{}

func (phones) Deliver(context.Context, broadcast.Delivery) (broadcast.Message, error) {
	return broadcast.Message{ID: 1}, nil
}

// run lets the engine and the desk's clock work for some time.
func (o *office) run(length time.Duration) {
	o.t.Helper()
	ctx, stop := context.WithTimeout(o.t.Context(), length)
	defer stop()
	go func() { _ = o.engine.Run(ctx) }()
	_ = o.Run(ctx)
	synctest.Wait()
}

func (o *office) subscribe(chats ...int64) {
	o.t.Helper()
	for _, chat := range chats {
		if _, err := o.store.Update(o.t.Context(), chat, func(p *subscriptions.Preferences, _ bool) {
			p.Interface, p.Languages = "en", []string{"en"}
		}); err != nil {
			o.t.Fatal(err)
		}
	}
}

// do does an act that has to go well, and returns the case.
func (o *office) do(a desk.Act) desk.Case {
	o.t.Helper()
	a.ID = fmt.Sprint(a.Verb, a.Case, a.Version)
	out, err := o.Do(o.t.Context(), a)
	if err != nil || out.Result != desk.Acted {
		o.t.Fatalf("%s by %d: %v %s %s", a.Verb, a.Who, err, out.Result, out.Refusal)
	}
	return out.Case
}

// submitted is a case that Bakyt wrote and submitted.
func (o *office) submitted(id, title string) desk.Case {
	o.t.Helper()
	text := &desk.Text{Title: title, Blocks: article.Paragraphs("Free advice on Fridays.")}
	c := o.do(desk.Act{
		Verb: desk.Write, Case: id, Kind: desk.Announce, Who: bakyt, Changes: &desk.Changes{Texts: map[string]*desk.Text{"en": text}},
	})
	return o.do(desk.Act{Verb: desk.Submit, Case: id, Version: c.Version, Who: bakyt})
}

func (o *office) approved(id, title string) desk.Case {
	o.t.Helper()
	return o.do(desk.Act{Verb: desk.Approve, Case: id, Version: o.submitted(id, title).Version, Who: cholpon})
}

// look returns a case as it is.
func (o *office) look(id string) desk.Case {
	o.t.Helper()
	c, found, err := o.Look(o.t.Context(), id)
	if err != nil || !found {
		o.t.Fatalf("case %s: %v %v", id, found, err)
	}
	return c
}

// browser is somebody's, with its cookies.
type browser struct {
	*office
	client  *http.Client
	cookies map[string]string
	site    string // Sec-Fetch-Site of what it sends
	from    string // the address that the proxy names
	host    string
	last    *http.Response
}

func (o *office) browser() *browser {
	return &browser{office: o, client: o.net.Client(o.t), cookies: map[string]string{}, site: "same-origin", from: "203.0.113.7", host: "bot.example.kg"}
}

// ask asks for a page and returns its status and body.
func (b *browser) ask(method, path string, form url.Values) (int, string) {
	b.t.Helper()
	if form == nil {
		return b.send(method, path, nil, "")
	}
	return b.send(method, path, strings.NewReader(form.Encode()), "application/x-www-form-urlencoded")
}

// send is ask with a body of some type.
func (b *browser) send(method, path string, body io.Reader, sort string) (int, string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, "http://"+b.host+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if sort != "" {
		r.Header.Set("Content-Type", sort)
	}
	r.Header.Set("Sec-Fetch-Site", b.site)
	r.Header.Set("X-Forwarded-For", "198.51.100.1, "+b.from)
	r.Header.Set("Accept-Language", "en-GB, ru;q=0.5")
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range answer.Cookies() {
		if b.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	b.last = answer
	return answer.StatusCode, string(text)
}

func (b *browser) get(path string) (int, string) { b.t.Helper(); return b.ask("GET", path, nil) }

func (b *browser) post(path string, pairs ...string) (int, string) {
	b.t.Helper()
	form := url.Values{}
	for i := 1; i < len(pairs); i += 2 {
		form.Set(pairs[i-1], pairs[i])
	}
	return b.ask("POST", path, form)
}

// signIn signs somebody in as their Mini App does.
func (o *office) signIn(who int64) *browser {
	o.t.Helper()
	b := o.browser()
	if status, body := b.post("/desk/enter", "data", signed(who, time.Now(), token)); status != http.StatusSeeOther {
		o.t.Fatalf("%d does not come in: %d %s", who, status, body)
	}
	return b
}

// signed is init data as Telegram signs it.
func signed(who int64, at time.Time, token string) string {
	user, _ := json.Marshal(map[string]any{"id": who, "first_name": "A"})
	pairs := map[string]string{"user": string(user), "query_id": rand.Text()}
	values := url.Values{"auth_date": {fmt.Sprint(at.Unix())}, "hash": {initdata.Sign(pairs, token, at)}}
	for key, value := range pairs {
		values.Set(key, value)
	}
	return values.Encode()
}

var nonceField = regexp.MustCompile(`name="nonce" value="([^"]+)"`)

// nonceOf is what a page's forms are known by.
func nonceOf(t *testing.T, page string) string {
	t.Helper()
	found := nonceField.FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no form has a nonce: %s", page)
	}
	return found[1]
}

// events are those of a stream, read until the test ends or it does.
func (b *browser) events(path string) <-chan string {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), "GET", "http://"+b.host+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	if sort := answer.Header.Get("Content-Type"); sort != "text/event-stream" {
		b.t.Fatalf("no stream but %d %s", answer.StatusCode, sort)
	}
	heard := make(chan string, 1000)
	go func() {
		defer close(heard)
		defer answer.Body.Close()
		event := ""
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			if lines.Text() != "" {
				event += lines.Text() + "\n"
				continue
			}
			heard <- event
			event = ""
		}
	}()
	return heard
}

// contains fails the test where a text lacks something, or holds it with a "!" before it.
func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		wanted, not := strings.CutPrefix(part, "!")
		if strings.Contains(text, wanted) == not {
			t.Errorf("wanted %q in\n%s", part, text)
		}
	}
}

// approval is Cholpon's of a case as it is.
func (o *office) approval(id string) desk.Act {
	o.t.Helper()
	return desk.Act{Verb: desk.Approve, Case: id, Version: o.look(id).Version, Who: cholpon}
}
