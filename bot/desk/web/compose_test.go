package web

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kabarchy/bot/desk"
)

// formOf are the fields of a page's form to compose, as a browser would send them.
func formOf(t *testing.T, page string) url.Values {
	t.Helper()
	_, page, found := strings.Cut(page, `<form id="compose"`)
	page, _, ends := strings.Cut(page, "</form>")
	if !found || !ends {
		t.Fatalf("there is no form in %s", page)
	}
	form := make(url.Values)
	for _, input := range inputTag.FindAllString(page, -1) {
		if attribute(input, "type") != "checkbox" || strings.Contains(input, " checked") {
			form.Set(attribute(input, "name"), attribute(input, "value"))
		}
	}
	for _, area := range areaTag.FindAllStringSubmatch(page, -1) {
		form.Set(area[1], html.UnescapeString(area[2]))
	}
	for _, choice := range selectTag.FindAllStringSubmatch(page, -1) {
		form.Set(choice[1], "")
		if chosen := chosenOption.FindStringSubmatch(choice[2]); chosen != nil {
			form.Set(choice[1], chosen[1])
		}
	}
	return form
}

var (
	inputTag     = regexp.MustCompile(`<input [^>]*>`)
	areaTag      = regexp.MustCompile(`(?s)<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>`)
	selectTag    = regexp.MustCompile(`(?s)<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>`)
	chosenOption = regexp.MustCompile(`<option value="([^"]*)" selected`)
)

func attribute(tag, name string) string {
	_, after, _ := strings.Cut(tag, " "+name+`="`)
	value, _, _ := strings.Cut(after, `"`)
	return html.UnescapeString(value)
}

// compose opens the page of a case and returns its form.
func (b *browser) compose(path string) url.Values {
	b.t.Helper()
	status, page := b.get(path)
	if status == http.StatusSeeOther {
		path = b.last.Header.Get("Location")
		_, page = b.get(path)
	}
	form := formOf(b.t, page)
	form.Set("path", path)
	return form
}

// save sends a form to compose, and returns its path and the page that it leads to.
func (b *browser) save(form url.Values, then string) (path, page string) {
	b.t.Helper()
	path = form.Get("path")
	form.Set("then", then)
	status, page := b.ask("POST", path, form)
	if status == http.StatusSeeOther {
		_, page = b.get(b.last.Header.Get("Location"))
	}
	return path, page
}

func TestAnAnnouncementIsWrittenApprovedAndSent(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.subscribe(1, 2, 3, 4, 5, 6)
		b := o.signIn(bakyt)
		form := b.compose("/desk/new")
		form.Set("title-en", "Legal aid in Osh")
		form.Set("text-en", "Every **Friday**.\r\n\r\n- passport\r\n- [form](https://example.kg/f)")
		form.Set("urgent", "1")
		path, page := b.save(form, "save")
		contains(t, page, "Saved.", "Legal aid in Osh", "- [form](https://example.kg/f)", "<b>Reaches 6 people.</b>", "<i>Legal aid in Osh</i>", "!⛔️")
		b.save(form, "save") // sent twice
		c := o.look(strings.TrimPrefix(path, "/desk/case/"))
		if c.Version != 1 || !c.Urgent || len(c.Texts["en"].Blocks) != 3 {
			t.Fatalf("the case is %+v", c)
		}
		_, page = b.save(b.compose(path), "submit")
		contains(t, page, "Submitted for approval.", "Waiting for approval", "!name=\"then\"")
		approver := o.signIn(cholpon)
		_, page = approver.get(path)
		contains(t, page, "Legal aid in Osh", "Send to 6", path+"/sure/approve", path+"/sure/return", "!/do/submit", "began a draft")
		_, page = approver.get(path + "/sure/approve?version=2")
		approver.post(path+"/do/approve", "nonce", nonceOf(t, page), "version", "2", "back", "/")
		if c = o.look(c.ID); c.Status != desk.Approved || c.ApprovedBy != cholpon {
			t.Errorf("the case is %s", c.Status)
		}
	})
}

// What somebody types is theirs until it is saved: it is there when the window opens again,
// and changes nothing for others.
func TestWhatIsTypedOutlivesTheWindow(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		c := o.do(desk.Act{Verb: desk.Write, Case: "abcdefghij", Kind: desk.Announce, Who: bakyt, Changes: &desk.Changes{
			Texts: map[string]*desk.Text{"en": {Title: "Legal aid"}},
		}})
		b := o.signIn(bakyt)
		form := b.compose("/desk/case/abcdefghij")
		form.Set("title-en", "Half a sente")
		status, part := b.ask("POST", "/desk/case/abcdefghij/look", form)
		contains(t, part, "<i>Half a sente</i>", "!<html")
		if status != http.StatusOK || o.look(c.ID).Version != c.Version {
			t.Errorf("answer %d; the case is of version %d", status, o.look(c.ID).Version)
		}
		_, page := o.signIn(bakyt).get("/desk/case/abcdefghij")
		contains(t, page, "It is not saved yet", "Half a sente")
		_, others := o.signIn(aizada).get("/desk/case/abcdefghij")
		contains(t, others, "!Half a sente")
		b.post("/desk/case/abcdefghij/forget", "nonce", nonceOf(t, page))
		_, page = b.get("/desk/case/abcdefghij")
		contains(t, page, "!Half a sente", "!not saved yet")
	})
}

// What is no text is not called one where two people change it, and what another made of it is said.
func TestTwoWhoChooseAtOnceLearnWhatDiffers(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.written("abcdefghij")
		first, second := o.signIn(bakyt), o.signIn(aizada)
		mine, theirs := first.compose("/desk/case/abcdefghij"), second.compose("/desk/case/abcdefghij")
		theirs.Set("topic", "aid")
		theirs.Set("missing", "en")
		_, page := second.bring("/desk/case/abcdefghij", theirs, painted(t, 40, 30))
		contains(t, page, "Saved.")
		_, page = first.bring("/desk/case/abcdefghij", mine, painted(t, 50, 20))
		contains(t, page, "Somebody else has meanwhile changed: Picture.", "choose it again", "!the same text", "!choose below")
		mine.Set("missing", "ru")
		mine.Set("nonce", "another")
		_, page = first.save(mine, "save")
		contains(t, page, "changed: Where there is no text in somebody&#39;s language — they get this text: English.", "!the same text", "!Picture.")
		mine = formOf(t, page)
		mine.Set("path", "/desk/case/abcdefghij")
		_, page = first.save(mine, "save")
		contains(t, page, "Saved.")
		if c := o.look("abcdefghij"); c.Main != "ru" || c.Topic != "aid" || c.Picture != "0" {
			t.Errorf("the case is %+v", c)
		}
	})
}

func TestTwoWhoWriteAtOnceLoseNothing(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.do(desk.Act{Verb: desk.Write, Case: "abcdefghij", Kind: desk.Announce, Who: bakyt, Changes: &desk.Changes{
			Texts: map[string]*desk.Text{"en": {Title: "Legal aid"}, "ru": {Title: "Помощь"}},
		}})
		first, second := o.signIn(bakyt), o.signIn(aizada)
		mine, theirs := first.compose("/desk/case/abcdefghij"), second.compose("/desk/case/abcdefghij")
		theirs.Set("title-en", "Legal aid in Osh")
		theirs.Set("urgent", "1")
		second.save(theirs, "save")
		mine.Set("title-ru", "Помощь в Оше") // another field: both stay
		_, page := first.save(mine, "save")
		contains(t, page, "Saved.", "Legal aid in Osh", "Помощь в Оше")
		if c := o.look("abcdefghij"); !c.Urgent || c.Texts["en"].Title != "Legal aid in Osh" || c.Texts["ru"].Title != "Помощь в Оше" {
			t.Errorf("the case is %+v", c)
		}
		mine.Set("title-en", "Free advice") // the same field, on the old page
		mine.Set("nonce", "another")
		_, page = first.save(mine, "save")
		contains(t, page, "Somebody else has changed the same text", "Legal aid in Osh", "Free advice", `name="keep-en"`)
		again := formOf(t, page)
		again.Set("path", "/desk/case/abcdefghij")
		again.Set("keep-en", "1")
		first.save(again, "save")
		if title := o.look("abcdefghij").Texts["en"].Title; title != "Legal aid in Osh" {
			t.Errorf("theirs was to be kept, and it is %q", title)
		}
		again.Del("keep-en")
		again.Set("nonce", "a third")
		first.save(again, "save")
		if c := o.look("abcdefghij"); c.Texts["en"].Title != "Free advice" || c.Texts["ru"].Title != "Помощь в Оше" || !c.Urgent {
			t.Errorf("mine was to be put, and the case is %+v", c)
		}
	})
}
