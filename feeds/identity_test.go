package feeds

import (
	"regexp"
	"testing"
)

func TestLinkKey(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"https://ukuk.example/ky/news/124", "http://ukuk.example/ky/news/124", "https://www.ukuk.example/ky/news/124/",
			"HTTPS://UKUK.example:443/ky/news/124?utm_source=rss&utm_medium=feed", "http://ukuk.example:80//ky/news/124#top",
			"https://ukuk.example/ky/news/124?yclid=1&from=rss&PHPSESSID=e4f1", "https://ukuk.example/ky/news/124/index.php"},
		{"https://ukuk.example/news/728743-kotormo", "https://ukuk.example/news/728743-perevod-zagolovka", "https://ukuk.example/news/728743"},
		{"https://ukuk.example/news/?a=1&b=2", "http://ukuk.example/news?b=2&a=1&utm_campaign=x"},
		{"https://ukuk.example/%D0%B6%D0%B0%D2%A3%D1%8B", "https://ukuk.example/жаңы"},
		{"", "https://ukuk.example", "https://ukuk.example/", "https://ukuk.example/index.html?utm_source=rss", "/ky/news/124", "%zz"},
	} {
		for _, link := range same[1:] {
			if got, want := linkKey(link), linkKey(same[0]); got != want {
				t.Errorf("%s: got %q, want %q as of %s", link, got, want, same[0])
			}
		}
	}
	for _, different := range [][2]string{
		{"https://ukuk.example/ky/news/124", "https://ukuk.example/ru/news/124"},
		{"https://ukuk.example/ky/news/124", "https://ukuk.example/ky/news/125"},
		{"https://ukuk.example/news?id=1", "https://ukuk.example/news?id=2"},
		{"https://ukuk.example/news/2024-otchet", "https://ukuk.example/news/2024-plan"},
		{"https://ukuk.example/news/100-let", "https://ukuk.example/news/100-dnej"},
		{"https://ukuk.example/#!/news/1", "https://ukuk.example/#!/news/2"},
		{"https://ukuk.example:8080/news/1", "https://ukuk.example/news/1"},
		{"https://one.example/news/1", "https://two.example/news/1"},
	} {
		if linkKey(different[0]) == linkKey(different[1]) {
			t.Errorf("%s and %s are taken for the same page", different[0], different[1])
		}
	}
}

func TestIdentify(t *testing.T) {
	t.Parallel()
	base := entry{GUID: "g1", Item: Item{Link: "https://ukuk.example/ky/news/1", Title: "Т", Summary: "С"}}
	id := func(change func(e *entry), beside ...entry) string {
		e := base
		change(&e)
		all := append([]entry{e}, beside...)
		identify("ky", all)
		if !regexp.MustCompile(`^[a-z2-7]{16}$`).MatchString(all[0].Item.ID) {
			t.Errorf("%q is no id", all[0].Item.ID)
		}
		return all[0].Item.ID
	}
	nothing := func(*entry) {}
	noLink := func(e *entry) { e.Item.Link = "" }
	neither := func(e *entry) { e.Item.Link, e.GUID = "", "" }
	sharing := entry{GUID: "g2", Item: Item{Link: base.Item.Link, Title: "Б"}}
	for _, test := range []struct {
		what string
		a, b string
		same bool
	}{
		{"the link counts, not the guid", id(nothing), id(func(e *entry) { e.GUID = "g9" }), true},
		{"the link counts, not the text", id(nothing), id(func(e *entry) { e.Item.Title, e.Item.Summary = "Ж", "Ж" }), true},
		{"another link is another item", id(nothing), id(func(e *entry) { e.Item.Link += "1" }), false},
		{"without a link the guid counts", id(noLink), id(func(e *entry) { noLink(e); e.Item.Title = "Ж" }), true},
		{"the front page is no item's page", id(noLink), id(func(e *entry) { e.Item.Link = "https://ukuk.example/" }), true},
		{"a link that entries share is none", id(noLink), id(nothing, sharing), true},
		{"a guid that entries share is none", id(neither), id(noLink, entry{GUID: "g1"}), true},
		{"without both the text counts", id(neither), id(func(e *entry) { neither(e); e.Item.Summary = "Ж" }), false},
		{"the date counts never", id(neither), id(func(e *entry) { neither(e); e.RawDate = "1.1.2020" }), true},
	} {
		if (test.a == test.b) != test.same {
			t.Errorf("%s: got %s and %s", test.what, test.a, test.b)
		}
	}
	ky, ru := []entry{base}, []entry{base}
	identify("ky", ky)
	identify("ru", ru)
	if ky[0].Item.ID == ru[0].Item.ID {
		t.Error("two languages of one page have one id")
	}
}

func TestContentPrint(t *testing.T) {
	t.Parallel()
	base := Item{Title: "Т", Summary: "Бир эки", Link: "https://ukuk.example/1", Picture: "https://ukuk.example/1.jpg?w=100"}
	changed := func(change func(it *Item)) bool {
		it := base
		change(&it)
		return contentPrint(it) != contentPrint(base)
	}
	for what, test := range map[string]struct {
		change func(it *Item)
		want   bool
	}{
		"title":        {func(it *Item) { it.Title = "Ж" }, true},
		"text":         {func(it *Item) { it.Summary = "Бир үч" }, true},
		"link":         {func(it *Item) { it.Link = "https://ukuk.example/2" }, true},
		"picture":      {func(it *Item) { it.Picture = "https://ukuk.example/2.jpg" }, true},
		"no picture":   {func(it *Item) { it.Picture = "" }, true},
		"white space":  {func(it *Item) { it.Summary = " Бир\u00a0\nэки" }, false},
		"soft hyphens": {func(it *Item) { it.Summary = "Би\u00adр эки" }, false},
		"scheme":       {func(it *Item) { it.Link, it.Picture = "http://ukuk.example/1", "http://ukuk.example/1.jpg?w=200" }, false},
		"date":         {func(it *Item) { it.Published = it.Published.AddDate(1, 0, 0) }, false},
		"categories":   {func(it *Item) { it.Categories = []string{"x"} }, false},
	} {
		if changed(test.change) != test.want {
			t.Errorf("%s: changed is %v, want %v", what, !test.want, test.want)
		}
	}
}
