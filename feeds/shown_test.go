package feeds

import (
	"fmt"
	"testing"
)

// TestShown: while a correction is held, it is known what phones show; once it is released,
// they show what the site does.
func TestShown(t *testing.T) {
	eachDesk(t, news(1), func(t *testing.T, d *desk) {
		d.poll(Result{First: true, Items: 1, New: 1})
		d.show(func(s *site) { s.posts = news(2) })
		d.poll(Result{Items: 2, New: 1, Announced: 1})
		id := d.id("Жаңылык 2")
		shows := func(want string) {
			t.Helper()
			if it, err := d.Shown(t.Context(), id); err != nil || it.Summary != want || it.ID != id {
				t.Errorf("phones show %+v, %v, want %q", it, err, want)
			}
		}
		for i := range 8 {
			text := fmt.Sprintf("Көрүүлөр: %d", i)
			d.show(func(s *site) { s.posts[0].Text = text })
			if _, err := d.poller.Poll(t.Context(), "minjust-ky"); err != nil {
				t.Fatal(err)
			}
		}
		shows(fmt.Sprintf("Көрүүлөр: %d", correctionsADay)) // an edit, and as many counts; then it was held
		if err := d.Release(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		shows("Көрүүлөр: 7")
		if err := d.Revise(t.Context(), id, Text{Title: "Жаңылык 2", Summary: "Бүгүн."}, "case"); err != nil {
			t.Fatal(err)
		}
		shows("Бүгүн.")
	})
}
