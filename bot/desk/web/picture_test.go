package web

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/desk"
)

// album is what Telegram keeps; it refuses a picture of one point.
type album struct{ kept []string }

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
	for name, values := range form {
		_ = parts.WriteField(name, values[0])
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
		if contains(t, page, "!Free advice"); status != http.StatusUnauthorized { // it is not read
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
