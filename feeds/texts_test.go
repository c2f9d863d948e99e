package feeds

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestTextsAreThoseOfKeptArticles(t *testing.T) {
	t.Parallel()
	d, asked := newLibrary(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, articlePage("Кеңеш берүү күнү", longText...))
	})
	d.poll(Result{First: true, Items: 1, New: 1})
	items, err := d.Latest(t.Context(), "ky", 0, 1)
	if err != nil || len(items) != 1 {
		t.Fatalf("%v, %v", items, err)
	}
	if texts, err := d.Texts(t.Context(), items); err != nil || len(texts) != 0 || asked() != 0 {
		t.Errorf("before anybody read it: %v, %v; its page was asked for %d times", texts, err, asked())
	}
	if _, err := d.poller.Article(t.Context(), items[0].ID); err != nil {
		t.Fatal(err)
	}
	texts, err := d.Texts(t.Context(), append(items, Item{ID: "unknown"}))
	if want := strings.Join(longText, "\n"); err != nil || len(texts) != 1 || texts[items[0].ID] != want {
		t.Errorf("got %q, %v", texts, err)
	}
}
