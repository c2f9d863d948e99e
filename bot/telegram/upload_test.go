package telegram

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"time"
)

func TestUploadBringsTheFileBesideTheParameters(t *testing.T) {
	t.Parallel()
	const table = "\uFEFFтил,адам\nky,121004\n"
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.FormValue("caption"); got != "Отчёт & <b>" {
			t.Errorf("the caption is %q", got)
		}
		file, head, err := r.FormFile("document")
		if err != nil {
			t.Errorf("no file: %v", err)
			return
		}
		data, err := io.ReadAll(file)
		if err != nil || string(data) != table || head.Filename != "отчёт.csv" {
			t.Errorf("the file is %q: %q, %v", head.Filename, data, err)
		}
		body(200, `{"ok":true,"result":{"message_id":7}}`)(w, r)
	})
	var sent Sent
	file := File{Param: "document", Name: "отчёт.csv", Data: []byte(table)}
	if err := c.Upload(t.Context(), "sendDocument", map[string]string{"caption": "Отчёт & <b>"}, file, &sent); err != nil {
		t.Fatal(err)
	}
	if sent.ID != 7 {
		t.Errorf("the answer is message %d, not 7", sent.ID)
	}
}

func TestWhatAnUploadIsRefusedWithKeepsItsWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		check  func(error) bool
		reason Reason
	}{
		{"picture", body(400, `{"ok":false,"error_code":400,"description":"Bad Request: PHOTO_INVALID_DIMENSIONS"}`), is[*APIError], PictureRefused},
		{"person", body(403, `{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}`), is[*APIError], Blocked},
		{"pause", body(429, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}`),
			func(err error) bool { var e *APIError; return errors.As(err, &e) && e.RetryAfter == 7*time.Second }, SlowDown},
		{"too large", body(413, ``), is[*APIError], TooLarge},
		{"trouble", body(502, `<html>Bad Gateway</html>`), is[*ServerError], ServerTrouble},
		{"lost", hangUp(""), sent(true), Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := answering(t, c.answer).Upload(t.Context(), "sendPhoto", nil, File{Param: "photo", Name: "a.png", Data: []byte("a")}, nil)
			if !c.check(err) || ReasonOf(err) != c.reason {
				t.Errorf("the error is %T: %v; its reason %d, not %d", err, err, ReasonOf(err), c.reason)
			}
			tokenless(t, err.Error())
		})
	}
}
