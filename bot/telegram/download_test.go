package telegram

import (
	"net/http"
	"strings"
	"testing"
)

// A file comes by a link that holds the token: no error tells it.
func TestAFileIsFetchedAndItsLinkIsNotTold(t *testing.T) {
	t.Parallel()
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/getFile"):
			body(200, `{"ok":true,"result":{"file_path":"photos/`+r.FormValue("file_id")+`"}}`)(w, r)
		case r.URL.Path == "/file/bot"+testToken+"/photos/a.jpg":
			body(200, "a picture")(w, r)
		case strings.HasSuffix(r.URL.Path, "/elsewhere"):
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusFound)
		case strings.HasSuffix(r.URL.Path, "/lost"):
			hangUp("")(w, r)
		default:
			http.NotFound(w, r)
		}
	})
	if data, err := c.Download(t.Context(), "a.jpg", 9); err != nil || string(data) != "a picture" {
		t.Errorf("%q %v", data, err)
	}
	for id, most := range map[string]int64{"a.jpg": 8, "none": 9, "elsewhere": 9, "lost": 9, "\n": 9} {
		if data, err := c.Download(t.Context(), id, most); err == nil || strings.Contains(err.Error(), testToken) {
			t.Errorf("%q: %q %v", id, data, err)
		}
	}
}
