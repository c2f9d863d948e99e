package bot

import (
	"strings"
	"testing"

	"kabarchy/bot/render"
	"kabarchy/feeds"
)

func TestEveryWayBackFitsAButton(t *testing.T) {
	t.Parallel()
	item := feeds.Item{ID: strings.Repeat("a", 16)}
	for _, back := range []string{
		"", "l0", "l20000", "t255.20000",
		placeOf(0, "жардам"), placeOf(495, strings.Repeat("щ", queryLimit)), placeOf(495, strings.Repeat("жардам ", 9)), placeOf(5, "漢字漢字漢字漢字漢字漢字"),
	} {
		if got := render.WayBack([]string{back}, 0); got != back {
			t.Errorf("%q is taken for %q", back, got)
		}
		marked := render.WithMark(back)
		if got := render.WayBack([]string{marked}, 0); got != marked || render.WithMark(marked) != marked {
			t.Errorf("%q is taken for %q", marked, got)
		}
		if data := render.PageData(item, 999, marked); len(data) > render.DataLimit {
			t.Errorf("%q is %d bytes long", data, len(data))
		}
	}
	for _, forged := range []string{"x5", ":", "f0." + strings.Repeat("a", 40), "😀"} {
		if got := render.WayBack([]string{forged}, 0); got != "" {
			t.Errorf("%q is taken for %q", forged, got)
		}
	}
}

func TestASearchSurvivesItsButton(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"~jani ~miizam": "~jani ~miizam",
		"~kizmattardin ~tizmesi ~jana ~daregiowto ~bar": "~kizmattardin ~tizmesi ~jana",
		strings.Repeat("legal", 20):                     strings.Repeat("legal", 6),
	} {
		offset, words, ok := searchPlace(placeOf(10, query))
		if !ok || offset != 10 || words != want {
			t.Errorf("%q comes back as %q from %d", query, words, offset)
		}
	}
	for _, place := range []string{"", "f", "f1", "f.", "f-1.a", "f1.", "l5", "f9999999.a"} {
		if _, _, ok := searchPlace(place); ok {
			t.Errorf("%q is taken for a search", place)
		}
	}
}
