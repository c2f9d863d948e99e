package web

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/feeds/article"
)

// album is what Telegram keeps; it refuses a picture of one point. On the sites are those by address.
type album struct {
	kept  []string
	sites map[string]string
	asked int // how often the sites were
}

func (a *album) Fetch(_ context.Context, address string) ([]byte, error) {
	a.asked++
	picture, is := a.sites[address]
	if !is {
		return nil, errors.New("fetch: the address is not public")
	}
	return []byte(picture), nil
}

func (a *album) Picture(_ context.Context, id string) ([]byte, error) {
	if id == "a page" {
		return []byte("<!doctype html><script>alert(1)</script>"), nil
	}
	return []byte(a.kept[id[0]-'0']), nil
}

func (a *album) Keep(_ context.Context, _ int64, picture []byte) (string, error) {
	if size, _, _ := image.DecodeConfig(bytes.NewReader(picture)); size.Width == 1 {
		return "", ErrPicture
	}
	a.kept = append(a.kept, string(picture))
	return decimal(int64(len(a.kept) - 1)), nil
}

// painted is a picture of so many points.
func painted(t *testing.T, width, height int) string {
	t.Helper()
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return file.String()
}

// bring sends a form with a file, and returns the page that it leads to.
func (b *browser) bring(path string, form url.Values, file string) (int, string) {
	b.t.Helper()
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for name := range form {
		_ = parts.WriteField(name, form.Get(name))
	}
	w, _ := parts.CreateFormFile("file", "фото.jpg")
	_, _ = w.Write([]byte(file))
	_ = parts.Close()
	status, page := b.send("POST", path, &body, parts.FormDataContentType())
	if status == http.StatusSeeOther {
		return b.get(b.last.Header.Get("Location"))
	}
	return status, page
}

func TestAPictureIsBroughtAndShown(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.written("abcdefghij")
		b := o.signIn(bakyt)
		form := b.compose("/desk/case/abcdefghij")
		form.Set("title-en", "Free advice")
		form.Set("then", "save")
		for range 2 { // a double press
			_, page := b.bring("/desk/case/abcdefghij", form, painted(t, 40, 30))
			contains(t, page, "Saved.", "Free advice", `<img class="shown" src="/desk/case/abcdefghij/picture?`, "With the picture", "!Nothing is lost")
		}
		c := o.look("abcdefghij")
		if c.Version != 2 || c.Picture != "0" {
			t.Errorf("the case is %+v", c)
		}
		for _, who := range []int64{bakyt, cholpon, daniyar} {
			reader := o.signIn(who)
			if status, picture := reader.get("/desk/case/abcdefghij/picture"); status != http.StatusOK || picture != painted(t, 40, 30) {
				t.Errorf("%d sees %d %q", who, status, picture)
			}
			contains(t, reader.last.Header.Get("Content-Type"), "image/png")
		}
		if _, page := o.browser().get("/desk/case/abcdefghij/picture"); strings.Contains(page, "PNG") {
			t.Error("a stranger sees it")
		}
		_, page := b.get("/desk/case/abcdefghij")
		form = formOf(t, page)
		form.Del("picture")
		form.Set("path", "/desk/case/abcdefghij")
		b.save(form, "save")
		if c = o.look("abcdefghij"); c.Picture != "" {
			t.Errorf("it is still there: %q", c.Picture)
		}
		if status, _ := b.get("/desk/case/abcdefghij/picture"); status != http.StatusNotFound {
			t.Errorf("answer %d", status)
		}
	})
}

// What is no picture for phones is refused in words, and the texts stay.
func TestAPictureThatIsNoneIsRefusedInWords(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.written("abcdefghij")
		b := o.signIn(bakyt)
		form := b.compose("/desk/case/abcdefghij")
		form.Set("title-en", "Free advice")
		form.Set("then", "submit")
		for _, c := range []struct{ file, words string }{
			{"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no picture that phones can show"},
			{painted(t, 100, 2), "too long"},
			{painted(t, 1, 1), "Telegram does not take"},
			{painted(t, 9, 9) + strings.Repeat("x", mostPicture), "larger than 10 MB"},
		} {
			status, page := b.bring("/desk/case/abcdefghij", form, c.file)
			contains(t, page, c.words, `value="Free advice"`)
			if status != http.StatusOK {
				t.Errorf("answer %d", status)
			}
		}
		if status, page := b.bring("/desk/case/abcdefghij", form, strings.Repeat("x", 2*mostPicture)); status != http.StatusRequestEntityTooLarge {
			t.Errorf("far too much is answered %d %s", status, page)
		}
		stranger := o.browser()
		status, page := stranger.bring("/desk/case/abcdefghij", form, strings.Repeat("x", 2*mostForm))
		if contains(t, page, `name="title-en" value="Free advice"`, "choose it again", "!xxxx"); status != http.StatusUnauthorized { // the file is not read
			t.Errorf("a stranger is answered %d", status)
		}
		if c := o.look("abcdefghij"); c.Version != 1 || len(o.album.kept) != 0 {
			t.Errorf("the case is of version %d", c.Version)
		}
		id := "a page" // an id of something else
		o.do(desk.Act{Verb: desk.Change, Case: "abcdefghij", Version: 1, Who: bakyt, Changes: &desk.Changes{Picture: &id}})
		if status, page := b.get("/desk/case/abcdefghij/picture"); status != http.StatusNotFound {
			t.Errorf("%d %s", status, page)
		}
		o.album.kept, id = []string{painted(t, 9, 9)}, "0"
		foreign := &desk.Changes{Picture: &id, PictureBot: 7} // of another bot's
		o.do(desk.Act{Verb: desk.Change, Case: "abcdefghij", Version: 2, Who: bakyt, Changes: foreign})
		if status, page := b.get("/desk/case/abcdefghij/picture"); status != http.StatusNotFound {
			t.Errorf("%d %s", status, page)
		}
		time.Sleep(time.Second)
	})
}

// Who brings a picture with a text that can't be saved as it is hears that the picture is not kept.
func TestAPictureThatIsNotSavedIsToBeChosenAgain(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		const again = "The picture was not saved: please choose it again."
		o.written("abcdefghij")
		first, second := o.signIn(bakyt), o.signIn(aizada)
		mine, theirs := first.compose("/desk/case/abcdefghij"), second.compose("/desk/case/abcdefghij")
		wrong := url.Values{}
		for name := range mine {
			wrong.Set(name, mine.Get(name))
		}
		wrong.Set("at", "tomorrow")
		_, page := first.bring("/desk/case/abcdefghij", wrong, painted(t, 40, 30))
		contains(t, page, "This is no day and time.", again)

		theirs.Set("title-en", "Legal aid in Osh")
		second.save(theirs, "save")
		mine.Set("title-en", "Free advice")
		_, page = first.bring("/desk/case/abcdefghij", mine, painted(t, 40, 30))
		contains(t, page, "Somebody else has changed the same text", again, "Free advice", "Legal aid in Osh")
		_, page = first.save(mine, "save") // without one nothing is said of it
		contains(t, page, "Somebody else has changed the same text", "!"+again)

		o.do(desk.Act{Verb: desk.Submit, Case: "abcdefghij", Version: o.look("abcdefghij").Version, Who: aizada})
		_, page = first.bring("/desk/case/abcdefghij", mine, painted(t, 40, 30))
		contains(t, page, "not possible any more", again, "Free advice")

		o.server.Refuse(func([]string) string { return "READONLY You can't write against a read only replica." })
		status, page := first.bring("/desk/case/abcdefghij", mine, painted(t, 40, 30)+strings.Repeat("x", 2*mostForm))
		o.server.Refuse(nil)
		contains(t, page, "Nothing was lost", again, `name="title-en" value="Free advice"`)
		if status != http.StatusServiceUnavailable {
			t.Errorf("answer %d", status)
		}
	})
}

// Who is signed out while a picture is brought sends the form again without it: what they typed is
// saved, and not submitted without its picture. They hear what is left to do.
func TestAPictureThatWasLostIsNotLeftOutUnseen(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.written("abcdefghij")
		b, stranger := o.signIn(bakyt), o.browser()
		form := b.compose("/desk/case/abcdefghij")
		form.Set("title-en", "Free advice")
		form.Set("then", "submit")
		again := func(page string) string {
			t.Helper()
			contains(t, page, `value="Free advice"`, "choose it again", `!name="then"`)
			return b.follow(againOf(t, page))
		}
		const saved = "Saved, but without the picture: please choose it again. Nothing has been submitted yet."
		_, page := stranger.bring("/desk/case/abcdefghij", form, painted(t, 40, 30))
		contains(t, again(page), saved, `value="Free advice"`)

		form = b.compose("/desk/case/abcdefghij")
		form.Set("title-en", "Free advice")
		form.Set("text-en", "On Mondays.")
		form.Set("then", "submit")
		o.server.Refuse(func([]string) string { return "READONLY You can't write against a read only replica." })
		_, page = b.bring("/desk/case/abcdefghij", form, painted(t, 40, 30))
		page = again(page) // fails as well
		o.server.Refuse(nil)
		contains(t, again(page), saved, "On Mondays.")
		if c := o.look("abcdefghij"); c.Status != desk.Draft || c.Version != 3 {
			t.Errorf("it is %s of version %d", c.Status, c.Version)
		}
		_, page = b.save(url.Values{"path": {"/desk/case/bcdefghijk"}, "nonce": {"x"}, "lost": {"1"}}, "")
		contains(t, page, "nothing to save yet", "choose it again")
	})
}

// A correction changes the picture of what was sent, in all its languages; where there was none it
// offers none.
func TestACorrectionChangesThePicture(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.subscribe(1, 2, 3, 4, 5, 6)
		o.album.kept = []string{painted(t, 40, 30)}
		old := "0"
		text := func(title string) *desk.Text {
			return &desk.Text{Title: title, Blocks: article.Paragraphs("On Fridays.")}
		}
		o.do(desk.Act{Verb: desk.Write, Case: "abcdefghij", Kind: desk.Announce, Who: bakyt, Changes: &desk.Changes{
			Picture: &old, Texts: map[string]*desk.Text{"en": text("Legal aid"), "ru": text("Помощь")},
		}})
		o.do(desk.Act{Verb: desk.Submit, Case: "abcdefghij", Version: 1, Who: bakyt})
		o.do(o.approval("abcdefghij"))
		o.run(2 * time.Minute)
		item := o.look("abcdefghij").Items[0]
		b := o.signIn(bakyt)
		_, page := b.get("/desk/item/" + item)
		b.post("/desk/item/"+item+"/correct", "nonce", nonceOf(t, page))
		path := b.last.Header.Get("Location")
		form := b.compose(path)
		_, page = b.get(path)
		contains(t, page, `type="file"`, `<img class="shown" src="/desk/item/`, "!With a new picture", "Nothing is corrected yet.", "!no text")
		form.Set("title-en", "Legal aid in Osh")
		form.Set("then", "submit")
		form.Del("path")
		_, page = b.bring(path, form, painted(t, 50, 20))
		contains(t, page, "Submitted for approval.", `<img class="shown" src="`+path+"/picture?")
		c := o.look(strings.TrimPrefix(path, "/desk/case/"))
		if c.Picture != "1" || c.Texts["en"].Title != "Legal aid in Osh" || c.Texts["ru"].Title != "Помощь" {
			t.Fatalf("the case is %+v", c)
		}
		o.do(o.approval(c.ID))
		o.run(2 * time.Minute)
		for _, id := range c.Items {
			if got, err := o.archive.Item(t.Context(), id); err != nil || got.File != "1" {
				t.Errorf("%v %+v", err, got)
			}
		}
		o.run(time.Minute)
		plain := o.sentItem("bcdefghijk", "Office hours")
		_, page = b.get("/desk/item/" + plain)
		b.post("/desk/item/"+plain+"/correct", "nonce", nonceOf(t, page))
		_, page = b.get(b.last.Header.Get("Location"))
		contains(t, page, "stays without one", `!type="file"`)

		path = b.last.Request.URL.Path // the chat takes one: who writes and who approves learn what becomes of it
		c = o.look(strings.TrimPrefix(path, "/desk/case/"))
		o.do(desk.Act{Verb: desk.Change, Case: c.ID, Version: c.Version, Who: bakyt, Changes: &desk.Changes{
			Picture: &old, Texts: map[string]*desk.Text{"en": text("Hours")},
		}})
		const notLater = "⚠️ A message sent without a picture stays without one"
		_, page = b.get(path)
		contains(t, page, notLater, "With the picture", "!With a new picture", `!type="file"`)
		o.do(desk.Act{Verb: desk.Submit, Case: c.ID, Version: o.look(c.ID).Version, Who: bakyt})
		approver := o.signIn(cholpon)
		_, page = approver.get(path)
		contains(t, page, notLater)
		_, page = approver.get(path + "/sure/approve?version=" + decimal(int64(o.look(c.ID).Version)))
		contains(t, page, notLater, "6 phones")
	})
}
