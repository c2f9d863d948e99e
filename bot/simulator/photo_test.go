package simulator_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"kabarchy/bot/simulator"
)

func TestPhotos(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 2, 2))); err != nil {
		t.Fatal(err)
	}
	chat := url.Values{"chat_id": {strconv.FormatInt(aida.ID(), 10)}, "caption": {"c"}}
	send := func(r reply) (m message) {
		t.Helper()
		if err := json.Unmarshal(r.Result, &m); err != nil || !r.OK || len(m.Photo) < 2 || m.Caption != "c" {
			t.Fatalf("%+v: %v", r, err)
		}
		return m
	}
	uploaded := send(w.upload(t, "sendPhoto", chat, "photo", picture.Bytes()))
	chat.Set("photo", uploaded.Photo[1].FileID)
	again := send(w.form(t, "sendPhoto", chat))
	if again.Photo[1] != uploaded.Photo[1] {
		t.Errorf("sent again, the picture is %v, was %v", again.Photo, uploaded.Photo)
	}
	chat.Set("photo", "https://minjust.gov.kg/a.jpg")
	byURL := send(w.form(t, "sendPhoto", chat))
	chat.Set("photo", byURL.Photo[1].FileID)
	send(w.form(t, "sendPhoto", chat))

	shown := aida.Messages()
	if shown[3].Photo != "https://minjust.gov.kg/a.jpg" {
		t.Errorf("by file id the phone shows %q", shown[3].Photo)
	}
	response, err := http.Get(w.url + shown[0].Photo)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got, err := io.ReadAll(response.Body); err != nil || !bytes.Equal(got, picture.Bytes()) {
		t.Errorf("the uploaded picture comes back as %d bytes: %v", len(got), err)
	}
}

// pictureOf is a picture of so many pixels.
func pictureOf(t *testing.T, width, height int) []byte {
	t.Helper()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return picture.Bytes()
}

// claiming is a picture that says it has so many pixels, and has one.
func claiming(t *testing.T, width, height int) []byte {
	t.Helper()
	picture := pictureOf(t, 1, 1)
	binary.BigEndian.PutUint32(picture[16:], uint32(width))
	binary.BigEndian.PutUint32(picture[20:], uint32(height))
	binary.BigEndian.PutUint32(picture[29:], crc32.ChecksumIEEE(picture[12:29]))
	return picture
}

// TestUploads holds uploads to Telegram's limits.
func TestUploads(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	chat := url.Values{"chat_id": {strconv.FormatInt(aida.ID(), 10)}}
	for _, test := range []struct {
		name, method, field string
		file                []byte
		want                string
	}{
		{"no picture", "sendPhoto", "photo", []byte("no picture"), "Bad Request: IMAGE_PROCESS_FAILED"},
		{"nothing", "sendPhoto", "photo", nil, "Bad Request: file must be non-empty"},
		{"a picture of 10 MB", "sendPhoto", "photo", append(pictureOf(t, 1, 1), make([]byte, 10<<20)...)[:10<<20+1],
			"Bad Request: file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes"},
		{"sides of 10,000", "sendPhoto", "photo", claiming(t, 5000, 5000), ""},
		{"sides above", "sendPhoto", "photo", claiming(t, 5000, 5001), "Bad Request: PHOTO_INVALID_DIMENSIONS"},
		{"twenty times as wide", "sendPhoto", "photo", pictureOf(t, 20, 1), ""},
		{"wider", "sendPhoto", "photo", pictureOf(t, 21, 1), "Bad Request: PHOTO_INVALID_DIMENSIONS"},
		{"a table", "sendDocument", "document", []byte("тил,адам"), ""},
		{"an empty table", "sendDocument", "document", nil, "Bad Request: file must be non-empty"},
		{"no table", "sendDocument", "", nil, "Bad Request: there is no document in the request"},
	} {
		if got := w.upload(t, test.method, chat, test.field, test.file); got.Description != test.want {
			t.Errorf("%s is answered %q, want %q", test.name, got.Description, test.want)
		}
	}
	if shown := aida.Messages(); len(shown) != 3 || shown[2].File == nil || shown[2].File.Size != 15 {
		t.Errorf("the phone shows %+v", shown)
	}
}

// TestFiles follows a file: by its id again, to this bot alone, and by a link for an hour.
func TestFiles(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	chat := url.Values{"chat_id": {strconv.FormatInt(aida.ID(), 10)}}
	var sent message
	if r := w.upload(t, "sendDocument", chat, "document", []byte("тил,адам")); json.Unmarshal(r.Result, &sent) != nil || sent.Document == nil {
		t.Fatalf("%+v", r)
	}
	id := sent.Document.FileID
	again := must[message](t, w, "sendDocument", params{"chat_id": aida.ID(), "document": id})
	if *again.Document != *sent.Document {
		t.Errorf("sent again it is %+v, was %+v", again.Document, sent.Document)
	}
	if got := w.call(t, "sendPhoto", params{"chat_id": aida.ID(), "photo": id}); got.OK {
		t.Error("a table passes as a picture")
	}
	if got := w.call(t, "editMessageText", params{"chat_id": aida.ID(), "message_id": sent.ID, "text": "a"}); got.Description != "Bad Request: there is no text in the message to edit" {
		t.Errorf("editing a file's text is answered %q", got.Description)
	}
	other := start(t, simulator.Options{Token: "42:other"})
	stranger := other.Citizen("Aida", "ky").Open()
	chat.Set("chat_id", strconv.FormatInt(stranger.ID(), 10))
	other.upload(t, "sendDocument", chat, "document", []byte("тил,адам"))
	if got := other.call(t, "getFile", params{"file_id": id}); got.Description != "Bad Request: invalid file_id" {
		t.Errorf("another bot is answered %q", got.Description)
	}

	link := must[struct {
		Path string `json:"file_path"`
	}](t, w, "getFile", params{"file_id": id}).Path
	fetch := func(token string) (int, string) {
		t.Helper()
		response, err := http.Get(w.url + "/file/bot" + token + "/" + link)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(body)
	}
	if status, body := fetch(w.Token()); status != 200 || body != "тил,адам" {
		t.Errorf("the link leads to %d %q", status, body)
	}
	if status, _ := fetch("42:other"); status != 401 {
		t.Errorf("with another token the link leads to %d", status)
	}
	w.clock.Move(time.Hour + time.Second)
	if status, _ := fetch(w.Token()); status != 404 {
		t.Errorf("after an hour the link leads to %d", status)
	}
}
