package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/feeds/article"
)

// sureForm are the fields of a page that asks.
func sureForm(page string) (form map[string][]string) {
	form = make(map[string][]string)
	for _, name := range []string{"nonce", "back", "version"} {
		form[name] = []string{fieldOf(page, name)}
	}
	return form
}

func TestAnApprovalIsOfTheVersionThatWasRead(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		c := o.submitted("abcdefghij", "Legal aid")
		b := o.signIn(cholpon)
		_, page := b.get("/desk/case/abcdefghij")
		contains(t, page, "/sure/approve?version=2")
		_, asked := b.get("/desk/case/abcdefghij/sure/approve?version=2")
		contains(t, asked, "Are you sure?")
		text := &desk.Text{Title: "Something else", Blocks: article.Paragraphs("Unseen.")}
		c = o.do(desk.Act{Verb: desk.TakeBack, Case: c.ID, Version: c.Version, Who: bakyt})
		c = o.do(desk.Act{Verb: desk.Change, Case: c.ID, Version: c.Version, Who: bakyt, Changes: &desk.Changes{Texts: map[string]*desk.Text{"en": text}}})
		c = o.do(desk.Act{Verb: desk.Submit, Case: c.ID, Version: c.Version, Who: bakyt})
		for _, path := range []string{"?version=2", "", "?version=x"} {
			status, page := b.get("/desk/case/abcdefghij/sure/approve" + path)
			if status != http.StatusSeeOther || b.last.Header.Get("Location") != "/desk/case/abcdefghij" {
				t.Errorf("%q is answered %d %s", path, status, page)
			}
		}
		page = b.follow("/desk/case/abcdefghij/do/approve", sureForm(asked))
		contains(t, page, "It has changed meanwhile", "Something else", "Waiting for approval")
		if now := o.look(c.ID); now.Version != c.Version {
			t.Errorf("it is %s", now.Status)
		}
	})
}

// Who agrees lands on the case, which says that it was done.
func TestAfterAnActTheCaseIsShown(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.submitted("abcdefghij", "Legal aid")
		b := o.signIn(cholpon)
		_, page := b.get("/desk/case/abcdefghij/sure/approve?version=2")
		form := sureForm(page)
		for range 2 { // a double press
			page = b.follow("/desk/case/abcdefghij/do/approve", form)
			contains(t, page, "Approved.", "<h1>Legal aid</h1>", "!not possible")
		}
		if b.last.Request.URL.Path != "/desk/case/abcdefghij" {
			t.Errorf("it leads to %s", b.last.Request.URL)
		}
	})
}

// What is typed is looked at while the form is sent: the one request is on its way when the other
// is answered.
func TestWhatWasDoneIsSaidInSpiteOfAnotherRequest(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.submitted("abcdefghij", "Legal aid")
		b := o.signIn(cholpon)
		_, page := b.get("/desk/case/abcdefghij/sure/approve?version=2")
		form := sureForm(page)
		o.asked = func() { // the other request has read its session, and writes it back later
			o.asked = nil
			b.ask("POST", "/desk/case/abcdefghij/do/approve", form)
		}
		b.get("/desk/queue")
		_, page = b.get("/desk/case/abcdefghij")
		contains(t, page, "Approved.")
		_, page = b.get("/desk/case/abcdefghij")
		contains(t, page, "!Approved.")
	})
}

func TestAReasonThatCantBeTakenStays(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		c := o.submitted("abcdefghij", "Legal aid")
		b := o.signIn(cholpon)
		_, page := b.get("/desk/case/abcdefghij/sure/return?version=2")
		form := sureForm(page)
		form["reason"] = []string{strings.Repeat("long ", 101)}
		page = b.follow("/desk/case/abcdefghij/do/return", form)
		contains(t, page, "at most 500 characters", strings.Repeat("long ", 101)+"</textarea>")
		c = o.do(desk.Act{Verb: desk.TakeBack, Case: c.ID, Version: c.Version, Who: bakyt})
		o.do(desk.Act{Verb: desk.Submit, Case: c.ID, Version: c.Version, Who: bakyt})
		form["reason"] = []string{"The date is wrong."}
		page = b.follow("/desk/case/abcdefghij/do/return", form)
		contains(t, page, "It has changed meanwhile", "The date is wrong.</textarea>", `name="version" value="4"`)
	})
}

func TestOfTwoWhoDecideTheSecondReadsWhoWasFirst(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.subscribe(1, 2, 3, 4, 5, 6)
		item := o.heldItem("Old news")
		first, second := o.signIn(cholpon), o.signIn(aizada)
		_, page := first.get("/desk/held/" + item)
		_, theirs := second.get("/desk/held/" + item)
		wrong := append(heldForm(page), "seen", "another")
		if first.post("/desk/held/"+item+"/send", wrong...); first.last.Header.Get("Location") != "/desk/held/"+item {
			t.Errorf("what was not read leads to %s", first.last.Header.Get("Location"))
		}
		_, page = first.get("/desk/held/" + item)
		contains(t, page, "It has changed meanwhile")
		if status, _ := first.get("/desk/held/" + item + "/send"); status != http.StatusSeeOther {
			t.Errorf("who has not read it is asked: %d", status)
		}
		for range 2 { // a double press
			first.post("/desk/held/"+item+"/keep", heldForm(page)...)
			_, queue := first.get("/desk/queue")
			contains(t, queue, "It stays in the archive.")
		}
		second.post("/desk/held/"+item+"/send", heldForm(theirs)...)
		_, queue := second.get("/desk/queue")
		contains(t, queue, "Ч. Алиева was first", "!It goes out")
		if status, _ := second.post("/desk/held/nosuch/send", "batch", "*"); status != http.StatusNotFound {
			t.Errorf("what was never held is answered %d", status)
		}
	})
}

func TestAFormInvitesOnce(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		b := o.signIn(cholpon)
		_, page := b.get("/desk/people")
		form := map[string][]string{"nonce": {nonceOf(t, page)}}
		page = b.follow("/desk/people/invite", form)
		contains(t, page, "?start=desk-")
		page = b.follow("/desk/people/invite", form) // the page was loaded again
		contains(t, page, "The link was shown once", "!?start=desk-")
		if lines, err := o.Audit(t.Context(), "", 10); err != nil || len(lines) != 1 {
			t.Errorf("the audit says %+v %v", lines, err)
		}
	})
}

func TestACorrectionBeginsWithWhatPhonesShow(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.subscribe(1, 2, 3, 4, 5, 6)
		item := o.sentItem("abcdefghij", "Leagl aid")
		b := o.signIn(aizada)
		_, page := b.get("/desk/item/" + item)
		b.post("/desk/item/"+item+"/correct", "nonce", nonceOf(t, page))
		form := b.compose(b.last.Header.Get("Location"))
		if form.Get("title-en") != "Leagl aid" || form.Get("text-en") != "Free advice on Fridays." {
			t.Fatalf("the form holds %v", form)
		}
		form.Set("title-en", "Legal aid")
		path, page := b.save(form, "save")
		contains(t, page, "Saved.", "Free advice on Fridays.")
		c := o.look(strings.TrimPrefix(path, "/desk/case/"))
		if text := c.Texts["en"]; len(c.Texts) != 1 || text.Title != "Legal aid" || len(text.Blocks) != 1 {
			t.Errorf("the case is %+v", c)
		}
	})
}

func TestAnItemIsTakenBackOnceAndCorrectedNoMore(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.subscribe(1, 2, 3, 4, 5, 6)
		item := o.sentItem("abcdefghij", "Legal aid")
		first, second := o.signIn(cholpon), o.signIn(aizada)
		_, page := first.get("/desk/item/" + item + "/withdraw")
		_, theirs := second.get("/desk/item/" + item + "/withdraw")
		first.post("/desk/item/"+item+"/withdraw", "nonce", nonceOf(t, page))
		done := first.last.Header.Get("Location")
		second.post("/desk/item/"+item+"/withdraw", "nonce", nonceOf(t, theirs))
		if open, err := o.Open(t.Context()); err != nil || len(open) != 1 {
			t.Errorf("open are %+v %v", open, err)
		}
		o.run(2 * time.Minute)
		first.post("/desk/item/"+item+"/withdraw", "nonce", nonceOf(t, page)) // sent again
		if to := first.last.Header.Get("Location"); to != done {
			t.Errorf("the same form leads to %s and %s", done, to)
		}
		if status, page := first.get("/desk/item/" + item + "/withdraw"); status != http.StatusSeeOther {
			t.Errorf("what is taken back is asked for: %s", page)
		}
		other := o.sentItem("bbbbbbbbbb", "Free advice")
		time.Sleep(73 * time.Hour)
		second = o.signIn(aizada)
		for _, id := range []string{item, other} {
			second.post("/desk/item/"+id+"/correct", "nonce", "x")
			if to := second.last.Header.Get("Location"); to != "/desk/item/"+id {
				t.Errorf("a correction leads to %s", to)
			}
			_, page = second.get("/desk/item/" + id)
			contains(t, page, map[string]string{item: "not possible any more", other: "too long ago"}[id])
		}
		if open, err := o.Open(t.Context()); err != nil || len(open) != 0 {
			t.Errorf("open are %+v %v", open, err)
		}
	})
}

func TestTheQueueListsAllThatWaits(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		for i := range mostWaiting + 2 {
			o.written("abcdefghi" + string('a'+rune(i)))
		}
		b := o.signIn(bakyt)
		_, page := b.get("/desk/queue")
		if n := strings.Count(page, "/desk/case/abcdefghi"); n != mostWaiting+2 {
			t.Errorf("%d are listed", n)
		}
		_, page = b.get("/desk/")
		contains(t, page, "and 2 more")
	})
}

// Hours of too few phones have no picture, and no empty frame of one.
func TestTooFewPhonesHaveNoPicture(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.subscribe(1, 2)
		item := o.sentItem("abcdefghij", "Legal aid")
		b := o.signIn(aizada)
		_, page := b.get("/desk/item/" + item)
		contains(t, page, "fewer than 5", "!curve.svg")
		if status, _ := b.get("/desk/item/" + item + "/curve.svg"); status != http.StatusNotFound {
			t.Errorf("answer %d", status)
		}
	})
}
