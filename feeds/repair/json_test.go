package repair

import (
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"
)

// FuzzTidyJSON: what comes out is a JSON Feed that the parser takes.
func FuzzTidyJSON(f *testing.F) {
	for _, seed := range []string{`{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"title":{"rendered":"x"},"tags":"a,b","attachments":[{"url":1}]},5]}`, `{"items":[{"id":`, `{"items":[[]]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		tidy, _, err := tidyJSON(text)
		if err != nil {
			return
		}
		if _, err := gofeed.NewParser().Parse(strings.NewReader(string(tidy))); err != nil {
			t.Errorf("%s became %s: %v", text, tidy, err)
		}
	})
}
