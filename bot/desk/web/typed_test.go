package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/feeds/article"
)

// written is a draft of Bakyt's in English and Russian.
func (o *office) written(id string) desk.Case {
	o.t.Helper()
	return o.do(desk.Act{Verb: desk.Write, Case: id, Kind: desk.Announce, Who: bakyt, Changes: &desk.Changes{Texts: map[string]*desk.Text{
		"en": {Title: "Legal aid", Blocks: article.Paragraphs("On Fridays.")}, "ru": {Title: "Помощь"},
	}}})
}

// follow sends a form as it stands in a page, and shows the page that it leads to.
func (b *browser) follow(path string, form url.Values) string {
	b.t.Helper()
	status, page := b.ask("POST", path, form)
	for status == http.StatusSeeOther {
		status, page = b.get(b.last.Header.Get("Location"))
	}
	return page
}

// againOf is the form of a page that gives back what it could not take.
func againOf(t *testing.T, page string) (path string, form url.Values) {
	t.Helper()
	_, page, found := strings.Cut(page, `<form class="card" method="post"`)
	page, _, _ = strings.Cut(page, "</form>")
	if form = make(url.Values); !found {
		t.Fatal("the page gives nothing back")
	}
	for _, tag := range inputTag.FindAllString(page, -1) {
		form.Set(attribute(tag, "name"), attribute(tag, "value"))
	}
	return attribute(page, "action"), form
}

func TestWhatIsTypedWhileAnotherSubmitsStays(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		c := o.written("abcdefghij")
		b := o.signIn(bakyt)
		form := b.compose("/desk/case/abcdefghij")
		form.Set("title-en", "Half a <sentence>")
		c = o.do(desk.Act{Verb: desk.Submit, Case: c.ID, Version: c.Version, Who: aizada})
		_, part := b.ask("POST", "/desk/case/abcdefghij/look", form)
		contains(t, part, "it has changed meanwhile")
		form.Set("title-en", "A whole <sentence>") // no script has kept it
		_, page := b.save(form, "submit")
		contains(t, page, "it has changed meanwhile", "Waiting for approval", "It is not saved yet", "A whole &lt;sentence&gt;", "/forget")
		_, page = b.get("/desk/")
		contains(t, page, "Not saved yet", "A whole &lt;sentence&gt;")
		for _, other := range []int64{aizada, cholpon} {
			_, page = o.signIn(other).get("/desk/case/abcdefghij")
			contains(t, page, "!A whole")
		}
		o.do(desk.Act{Verb: desk.TakeBack, Case: c.ID, Version: c.Version, Who: bakyt})
		again := b.compose("/desk/case/abcdefghij")
		if again.Get("title-en") != "A whole <sentence>" {
			t.Errorf("the form holds %q", again.Get("title-en"))
		}
		_, page = b.save(again, "save")
		contains(t, page, "Saved.", "!not saved yet")
		_, page = b.get("/desk/")
		contains(t, page, "!Not saved yet")
	})
}

// Who sends a form, goes back to it and sends it with other words has sent another form.
func TestWhoGoesBackAfterSavingLosesNothing(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.written("abcdefghij")
		b := o.signIn(bakyt)
		form := b.compose("/desk/case/abcdefghij")
		form.Set("title-en", "First words")
		b.save(form, "save")
		form.Set("title-ru", "Другие слова")
		_, page := b.save(form, "save")
		contains(t, page, "Saved.", "Другие слова")
		form.Set("title-en", "Second words")
		_, page = b.save(form, "save")
		contains(t, page, "First words", "Second words", "Nothing is lost")
		if title := o.look("abcdefghij").Texts["ru"].Title; title != "Другие слова" {
			t.Errorf("the title is %q", title)
		}
		_, page = b.get("/desk/case/abcdefghij") // the window was closed
		contains(t, page, "It is not saved yet", "Second words")
	})
}

func TestASubmissionIsOfWhatItsFormShows(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		c := o.written("abcdefghij")
		b, other := o.signIn(bakyt), o.signIn(aizada)
		changed, untouched := b.compose("/desk/case/abcdefghij"), b.compose("/desk/case/abcdefghij")
		theirs := other.compose("/desk/case/abcdefghij")
		theirs.Set("title-ru", "Помощь в Оше")
		other.save(theirs, "save")
		_, page := b.save(untouched, "submit")
		contains(t, page, "It has changed meanwhile", "Помощь в Оше", `name="then"`)
		changed.Set("title-en", "Legal aid in Osh")
		_, page = b.save(changed, "submit")
		contains(t, page, "It has changed meanwhile", "Помощь в Оше", "Legal aid in Osh", "!not saved yet")
		if c = o.look(c.ID); c.Status != desk.Draft || c.Texts["en"].Title != "Legal aid in Osh" {
			t.Fatalf("the case is %+v", c)
		}
		seen := b.compose("/desk/case/abcdefghij")
		for range 2 { // a double press
			_, page = b.save(seen, "submit")
			contains(t, page, "Submitted for approval.", "!not possible", "!not saved yet")
		}
	})
}

// A form that comes when nobody is signed in any more, or nothing can be kept, is given back.
func TestAFormThatCantBeTakenIsGivenBack(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.written("abcdefghij")
		b := o.signIn(bakyt)
		form := b.compose("/desk/case/abcdefghij")
		form.Set("text-en", "Typed \"slowly\".\r\n\r\n</form><b>x")
		time.Sleep(31 * time.Minute)
		form.Set("then", "save")
		status, page := b.ask("POST", "/desk/case/abcdefghij", form)
		contains(t, page, "What you wrote is still here", "!<b>x")
		if status != http.StatusUnauthorized {
			t.Errorf("answer %d", status)
		}
		path, again := againOf(t, page)
		b = o.signIn(bakyt)
		o.server.Kill()
		status, page = b.ask("POST", path, again)
		contains(t, page, "Not available just now", "What you wrote is still here")
		if status != http.StatusServiceUnavailable {
			t.Errorf("answer %d", status)
		}
		o.server.Restart()
		path, again = againOf(t, page)
		for range 6 { // the client finds out of each of its connections that it is none
			time.Sleep(time.Second)
			page = b.follow(path, again)
		}
		contains(t, page, "Saved.", "Typed &#34;slowly&#34;.")
		if c := o.look("abcdefghij"); c.Version != 2 {
			t.Errorf("it is version %d", c.Version)
		}
		_, page = o.browser().post("/desk/enter", "data", "secret")
		contains(t, page, "!secret")
	})
}

func TestTwoWindowsOfOnePersonLoseNothing(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.written("abcdefghij")
		b := o.signIn(bakyt)
		first, second := b.compose("/desk/case/abcdefghij"), b.compose("/desk/case/abcdefghij")
		first.Set("title-en", "Typed in the first")
		b.ask("POST", "/desk/case/abcdefghij/look", first)
		b.ask("POST", "/desk/case/abcdefghij/look", second) // nothing is typed there
		second.Set("title-ru", "Во втором")
		_, page := b.save(second, "save")
		contains(t, page, "Saved.", "Во втором", "It is not saved yet", "Typed in the first")
		_, page = b.save(b.compose("/desk/case/abcdefghij"), "save")
		contains(t, page, "Saved.", "Во втором", "Typed in the first", "!not saved yet")
		b.ask("POST", "/desk/case/abcdefghij/look", first) // it comes late, and says nothing new
		_, page = b.get("/desk/")
		contains(t, page, "!Not saved yet")
	})
}

func TestWhatIsTypedIsBounded(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		b := o.signIn(bakyt)
		form := b.compose("/desk/case/aaaaaaaaaa")
		form.Set("junk", strings.Repeat("x", 500_000))
		for i := range mostTyped + 5 {
			id := strings.Repeat("a", 8) + string([]byte{'a' + byte(i/26), 'a' + byte(i%26)})
			form.Set("title-en", "Typed in "+id)
			if status, page := b.ask("POST", "/desk/case/"+id+"/look", form); status != http.StatusOK {
				t.Fatal(status, page)
			}
			time.Sleep(time.Second)
		}
		keys := o.rdb.Keys(t.Context(), "{news}:desk:typed:*").Val()
		size := int64(0)
		for _, key := range keys {
			size += o.rdb.StrLen(t.Context(), key).Val()
		}
		if len(keys) != mostTyped || size > mostTyped*2000 {
			t.Errorf("%d forms of %d bytes are kept", len(keys), size)
		}
		_, page := b.get("/desk/")
		contains(t, page, "Typed in aaaaaaaaaf", "!Typed in aaaaaaaaae<")
	})
}

func TestATopicThatIsNoMoreCanBeTakenOut(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		gone := "gone"
		c := o.written("abcdefghij")
		o.do(desk.Act{Verb: desk.Change, Case: c.ID, Version: c.Version, Who: bakyt, Changes: &desk.Changes{Topic: &gone}})
		b := o.signIn(bakyt)
		form := b.compose("/desk/case/abcdefghij")
		if form.Get("topic") != "gone" {
			t.Errorf("the form says %q", form.Get("topic"))
		}
		form.Set("topic", "")
		_, page := b.save(form, "save")
		contains(t, page, "Saved.")
		if topic := o.look(c.ID).Topic; topic != "" {
			t.Errorf("the topic is %q", topic)
		}
	})
}
