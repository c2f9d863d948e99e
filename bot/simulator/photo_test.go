package simulator_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"testing"

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
	chat.Del("photo")
	if got := w.upload(t, "sendPhoto", chat, "photo", []byte("no picture")); got.Description != "Bad Request: IMAGE_PROCESS_FAILED" {
		t.Errorf("an upload that is no picture: %q", got.Description)
	}
}
