package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/feeds"
	"kabarchy/subscriptions/redistest/pipenet"
)

// sentItem has an item go out to everybody, and returns its id.
func (o *office) sentItem(id, title string) string {
	o.t.Helper()
	o.approved(id, title)
	o.run(2 * time.Minute)
	c := o.look(id)
	if c.Status != desk.Sent {
		o.t.Fatalf("the case is %s", c.Status)
	}
	return c.Items[0]
}

func TestAnItemIsReportedCorrectedAndTakenBack(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		for chat := range 6 {
			o.subscribe(int64(chat + 1))
		}
		item := o.sentItem("abcdefghij", "Legal aid")
		b := o.signIn(aizada)
		_, page := b.get("/desk/sent")
		contains(t, page, "Legal aid", "/desk/item/"+item)
		_, page = b.get("/desk/item/" + item)
		contains(t, page, "Planned: <b>6</b>", "Have it: <b>6</b>", "English</th><td>6", "/curve.svg", "/correct", "/withdraw", "all sent")
		_, picture := b.get("/desk/item/" + item + "/curve.svg")
		contains(t, picture, "<svg", "Legal aid")
		contains(t, b.last.Header.Get("Content-Security-Policy"), "default-src 'none'", "!script")

		nonce := nonceOf(t, page)
		for range 2 { // a double press makes one correction
			b.post("/desk/item/"+item+"/correct", "nonce", nonce, "back", "/")
		}
		path := b.last.Header.Get("Location")
		form := b.compose(path)
		form.Set("title-en", "Legal aid in Osh")
		form.Set("text-en", "On Fridays.")
		_, page = b.save(form, "submit")
		contains(t, page, "Submitted", "Changes on 6 phones.")
		open, err := o.Open(t.Context())
		if err != nil || len(open) != 1 || open[0].Kind != desk.Correct || open[0].Status != desk.Submitted {
			t.Fatalf("open are %+v %v", open, err)
		}

		_, page = b.get("/desk/item/" + item + "/withdraw")
		contains(t, page, "Take it back from <b>6 phones</b>?")
		nonce = nonceOf(t, page)
		for range 2 {
			b.post("/desk/item/"+item+"/withdraw", "nonce", nonce)
		}
		_, page = b.get(b.last.Header.Get("Location"))
		contains(t, page, "It is being taken back.")
		o.run(2 * time.Minute)
		_, page = b.get("/desk/item/" + item)
		contains(t, page, "taken back", "!/withdraw", "!/correct")
	})
}

// heldItem has a source show an item that is too old to go out unasked.
func (o *office) heldItem(title string, more ...string) string {
	o.t.Helper()
	item := `<item><title>News</title><link>http://ministry.example/1</link></item>`
	ministry := pipenet.Serve(o.t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Ministry</title>`+item+`</channel></rss>`)
	}))
	poller, err := feeds.NewPoller(feeds.Options{
		Sources:  []feeds.Source{{ID: "news-en", Language: "en", URL: "http://ministry.example/en"}},
		Schedule: "@every 1h", Zone: time.UTC, Dial: ministry.Dial,
	}, o.archive)
	for range 2 {
		if err == nil {
			_, err = poller.Poll(o.t.Context(), "news-en")
		}
		item += `<item><title>` + title + `</title><link>http://ministry.example/2</link><pubDate>Mon, 20 Dec 1999 10:00:00 GMT</pubDate>` + strings.Join(more, "") + `</item>`
	}
	if err != nil {
		o.t.Fatal(err)
	}
	held, err := o.archive.Held(o.t.Context())
	if err != nil || len(held) != 1 {
		o.t.Fatalf("held: %v %v", held, err)
	}
	return held[0].Item
}

// fieldOf is what a hidden field of a page holds.
func fieldOf(page, name string) string {
	for _, tag := range inputTag.FindAllString(page, -1) {
		if attribute(tag, "name") == name {
			return attribute(tag, "value")
		}
	}
	return ""
}

// heldForm are the fields of a form that decides of a held item.
func heldForm(page string) (pairs []string) {
	for _, name := range []string{"nonce", "seen", "batch", "kind"} {
		pairs = append(pairs, name, fieldOf(page, name))
	}
	return pairs
}

func TestWhatIsHeldIsDecidedOnce(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.subscribe(1, 2, 3, 4, 5, 6)
		item := o.heldItem("Old &amp;lt;b&amp;gt;news")
		b := o.signIn(cholpon)
		_, page := b.get("/desk/queue")
		contains(t, page, "Old &lt;b&gt;news", "/desk/held/"+item)
		_, page = b.get("/desk/held/" + item)
		contains(t, page, "Reaches 6 people", "/send", "/keep")
		_, sure := b.get("/desk/held/" + item + "/send?seen=" + fieldOf(page, "seen"))
		contains(t, sure, "Are you sure?", "6 subscribers", "Yes, send to 6")
		_, officers := o.signIn(bakyt).get("/desk/held/" + item)
		contains(t, officers, "!/send", "!/keep")
		b.post("/desk/held/"+item+"/keep", heldForm(page)...)
		b.post("/desk/held/"+item+"/send", heldForm(sure)...)
		lines, err := o.Audit(t.Context(), "", 10)
		if err != nil || len(lines) != 1 || lines[0].Verb != desk.Keep || lines[0].Via != "web" {
			t.Errorf("the audit says %+v %v", lines, err)
		}
		_, page = b.get("/desk/queue")
		contains(t, page, "!Old")
	})
}

func TestPeopleAreInvitedAndPutOut(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		b := o.signIn(cholpon)
		_, page := b.get("/desk/people")
		contains(t, page, "А. Осмонова", "writes, approves", "Б. &lt;b&gt;Токтогулов", "!/people/1")
		_, page = b.post("/desk/people/invite", "nonce", nonceOf(t, page))
		_, link, _ := strings.Cut(page, "https://t.me/news_bot?start=desk-")
		if _, in, err := o.Accept(t.Context(), link[:32], nobody, "Э. Жээнбеков"); !in || err != nil {
			t.Fatal(in, err)
		}
		guest := o.signIn(nobody)
		_, page = guest.get("/desk/")
		contains(t, page, "<h1>Now</h1>", "!/desk/people")
		_, page = b.get("/desk/people")
		contains(t, page, "Э. Жээнбеков", "/desk/people/999/out")
		_, page = b.get("/desk/people/999/out")
		contains(t, page, "Remove Э. Жээнбеков from the desk?")
		for range 2 {
			b.post("/desk/people/999/out", "nonce", nonceOf(t, page))
		}
		_, page = guest.get("/desk/")
		contains(t, page, "!<h1>Now</h1>")
		_, page = b.get("/desk/audit")
		contains(t, page, "invited somebody", "came by invitation", "removed", "№ 999")
	})
}

// Every page stands, for everybody at the desk, also where there is nothing to show.
func TestEveryPageStands(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		for who, pages := range map[int64][]string{
			bakyt:   {"/", "/queue", "/sent", "/readers", "/readers?days=7", "/sources"},
			cholpon: {"/", "/queue", "/sent", "/readers", "/sources", "/audit", "/people"},
			daniyar: {"/", "/queue", "/sent", "/readers", "/sources", "/audit"},
		} {
			b := o.signIn(who)
			for _, path := range pages {
				if status, page := b.get("/desk" + path); status != http.StatusOK || strings.Contains(page, "no value") {
					t.Errorf("%s for %d is answered %d %s", path, who, status, page)
				}
			}
		}
		b := o.signIn(bakyt)
		for _, path := range []string{
			"/audit", "/people", "/case/nosuchcase1", "/case/NOSUCH", "/item/nosuch", "/item/nosuch/curve.svg", "/held/nosuch", "/readers?days=0",
			"/readers?days=x", "/readers/growth.svg", "/case/abcdefghij/sure/burn",
		} {
			if status, page := b.get("/desk" + path); status != http.StatusNotFound && status != http.StatusForbidden {
				t.Errorf("%s is answered %d %s", path, status, page)
			}
		}
	})
}
