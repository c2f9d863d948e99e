package web

import (
	"strings"
	"testing"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/bot/desk/report"
	"kabarchy/subscriptions"
)

// readers lets so many subscribe who get a digest each evening.
func (o *office) readers(from, n int64) {
	o.t.Helper()
	for chat := from; chat < from+n; chat++ {
		if _, err := o.store.Update(o.t.Context(), chat, func(p *subscriptions.Preferences, _ bool) {
			p.Languages, p.When = []string{"en"}, subscriptions.When{Rhythm: subscriptions.Daily, Hour: 18}
		}); err != nil {
			o.t.Fatal(err)
		}
	}
}

func TestTheQueueShowsTheDigestsToCome(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.readers(1, 7)
		_, page := o.signIn(daniyar).get("/desk/queue")
		contains(t, page, "Digest</strong>", "18:00 · readers: 7")
	})
}

// How long a text goes out, and what goes out beside it, is said while it is written.
func TestADraftSaysHowLongItTakes(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		for chat := range int64(1900) {
			o.subscribe(chat + 1)
		}
		o.readers(3000, 7)
		o.approved("bbbbbbbbbb", "Vacancies")
		o.run(40 * time.Second)
		o.written("abcdefghij")
		_, page := o.signIn(bakyt).get("/desk/case/abcdefghij")
		contains(t, page, "About 2\u00a0min", "Going out at the same time: Vacancies", "!Waits while", `<p id="short"><b>Reaches 1,907 people.`)
	})
}

func TestADraftIsShownToTheDeskOnce(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.written("abcdefghij")
		b := o.signIn(bakyt)
		form := b.compose("/desk/case/abcdefghij")
		form.Set("title-en", "Free advice")
		form.Set("then", "show")
		page := ""
		for range 2 { // a double press
			page = b.follow("/desk/case/abcdefghij/show", form)
		}
		contains(t, page, "Free advice", "Show to all (3)", "!not saved yet")
		if strings.Join(o.shown, ",") != "Free advice" {
			t.Errorf("shown were %q", o.shown)
		}
		if status, _ := o.signIn(cholpon).ask("POST", "/desk/case/abcdefghij/show", form); status != 403 || len(o.shown) != 1 {
			t.Errorf("who may not write shows it: %d", status)
		}
	})
}

func TestTheAuditIsFiltered(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.submitted("abcdefghij", "Legal aid")
		for i := range auditPage + 5 { // others have done much since
			o.do(desk.Act{Verb: desk.Write, Case: "bbbbbbbb" + string([]byte{'a' + byte(i/26), 'a' + byte(i%26)}), Kind: desk.Announce, Who: aizada,
				Changes: &desk.Changes{Texts: map[string]*desk.Text{"en": {Title: "Draft"}}}})
		}
		b := o.signIn(cholpon)
		_, page := b.get("/desk/audit?who=102&what=submit")
		if n := strings.Count(page, "<tr><td>"); n != 1 {
			t.Errorf("%d lines are shown", n)
		}
		contains(t, page, `<option value="102" selected>`, `<option value="submit" selected>`, "submitted</td>", "!Older")
		_, page = b.get("/desk/audit?who=101&what=write")
		contains(t, page, "?who=101&amp;what=write&amp;from=")
		_, page = b.get("/desk/audit?who=0&what=nonsense")
		contains(t, page, "Nothing of that kind is here.")
	})
}

func TestReadersAreToldByPosterAndTopicsByMonth(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		if err := report.MakePoster(t.Context(), o.rdb, "osh-bus"); err != nil {
			t.Fatal(err)
		}
		counter := report.NewCounter(o.rdb, time.UTC, o.web.log)
		for chat := range int64(6) {
			o.subscribe(chat + 1)
			counter.FromPoster("osh-bus")
		}
		if err := counter.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		o.sentItem("abcdefghij", "Legal aid")
		_, page := o.signIn(bakyt).get("/desk/readers")
		contains(t, page, "By posters", "osh-bus</th><td>6", "by topic</h3>", "no topic</th><td>6")
	})
}
