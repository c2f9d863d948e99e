package web

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// sitePicture is what a page shows as a picture of an item, below the desk's path.
func sitePicture(t *testing.T, page string) string {
	t.Helper()
	_, after, found := strings.Cut(page, `<img class="shown" src="`)
	path, _, _ := strings.Cut(after, `"`)
	if !found {
		t.Fatalf("there is no picture in %s", page)
	}
	return path
}

// The picture of a site's item comes through us: only to the desk, only what the item has, and only what
// is a picture. A site that has none is not asked again at once.
func TestASitesPictureComesThroughUs(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		const address = "https://ministry.example/photo.webp?size=large&amp;x=1"
		item := o.heldItem("Old news", `<enclosure type="image/jpeg" url="`+address+`" length="1"/>`)
		at := strings.ReplaceAll(address, "&amp;", "&")
		b := o.signIn(daniyar)
		_, page := b.get("/desk/held/" + item)
		contains(t, page, "!ministry.example/photo")
		path := sitePicture(t, page)
		for name, tt := range map[string]struct {
			picture string
			status  int
		}{
			"none":          {"", http.StatusNotFound},
			"a page":        {"<!doctype html><script>alert(1)</script>", http.StatusNotFound},
			"a drawing":     {`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, http.StatusNotFound},
			"a large one":   {painted(t, 9000, 2000), http.StatusNotFound},
			"half a header": {painted(t, 40, 30)[:20], http.StatusNotFound},
			"a picture":     {painted(t, 40, 30), http.StatusOK},
		} {
			o.album.asked, o.album.sites = 0, map[string]string{at: tt.picture}
			if tt.picture == "" {
				o.album.sites = nil
			}
			for range 3 {
				status, got := b.get(path)
				if status != tt.status || status == http.StatusOK && got != tt.picture {
					t.Errorf("%s: %d %.40q", name, status, got)
				}
				if contains(t, b.last.Header.Get("Content-Security-Policy"), "default-src 'none'"); b.last.Header.Get("X-Content-Type-Options") != "nosniff" {
					t.Errorf("%s: %v", name, b.last.Header)
				}
			}
			if o.album.asked != 1 {
				t.Errorf("%s: the site is asked %d times", name, o.album.asked)
			}
			time.Sleep(fetchedHolds)
		}
		for _, other := range []string{"", "?", "?" + mark(""), "?" + mark("https://intranet.example/photo.png")} {
			plain, _, _ := strings.Cut(path, "?")
			if status, _ := b.get(plain + other); status != http.StatusNotFound {
				t.Errorf("%q is answered %d", other, status)
			}
		}
		if status, page := o.browser().get(path); status != http.StatusOK || !strings.Contains(page, `id="enter"`) {
			t.Errorf("a stranger sees %d %.40q", status, page)
		}
		if asked := o.album.asked; asked != 1 {
			t.Errorf("the site is asked %d times", asked)
		}
	})
}
