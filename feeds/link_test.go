package feeds

import "testing"

func TestAddress(t *testing.T) {
	t.Parallel()
	for _, alike := range [][]string{
		{"https://ukuk.example/ky/news/124", "http://ukuk.example/ky/news/124", "https://www.ukuk.example/ky/news/124/",
			"HTTPS://UKUK.example:443/ky/news/124?utm_source=rss&utm_medium=feed", "http://ukuk.example:80//ky/news/124",
			"https://ukuk.example/ky/news/124?yclid=1&PHPSESSID=e4f1", "https://ukuk.example/ky/news/124;jsessionid=8C2F",
			"https://ukuk.example/(S(kq3x4y))/ky/news/124"},
		{"https://ukuk.example/topic?t=5", "https://ukuk.example/topic?t=5&sid=4f1c09be7a52d8e310a6b5c4d3e2f1a"},
		{"https://ukuk.example/news?a=1&b=2", "http://ukuk.example/news?b=2&a=1&utm_campaign=x"},
		{"https://ukuk.example/%D0%B6%D0%B0%D2%A3%D1%8B", "https://ukuk.example/%d0%b6%d0%b0%d2%a3%d1%8b", "https://ukuk.example/жаңы"},
		{"https://министерство.example/1", "https://xn--b1afiashkohcid.example/1"},
		{"", "https://ukuk.example", "https://ukuk.example/", "https://www.ukuk.example?utm_source=rss", "/ky/news/124", "%zz"},
	} {
		for _, link := range alike[1:] {
			if got, want := addressOf(link).exact, addressOf(alike[0]).exact; got != want {
				t.Errorf("%s: got %q, want %q as of %s", link, got, want, alike[0])
			}
		}
	}
	for _, different := range [][2]string{
		{"https://ukuk.example/ky/news/124", "https://ukuk.example/ru/news/124"},
		{"https://ukuk.example/n/aBq", "https://ukuk.example/n/Abq"},
		{"https://ukuk.example/modules.php?name=News&sid=210", "https://ukuk.example/modules.php?name=News&sid=211"},
		{"https://ukuk.example/changes#r17", "https://ukuk.example/changes#r18"},
		{"https://ukuk.example/#!/news/1", "https://ukuk.example/#!/news/2"},
		{"https://ukuk.example:8080/news/1", "https://ukuk.example/news/1"},
		{"https://one.example/news/1", "https://two.example/news/1"},
		{"https://ukuk.example/news/20261126-a", "https://ukuk.example/news/20261126-b"},
		{"https://ukuk.example/новости/проверка-1", "https://ukuk.example/новости/проверка-2"},
	} {
		if addressOf(different[0]).exact == addressOf(different[1]).exact {
			t.Errorf("%s and %s are taken for the same page", different[0], different[1])
		}
	}
}

func TestLooseAddress(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{"https://ukuk.example/12873-slug.html", "https://ukuk.example/12873-another.html", true},
		{"https://ukuk.example/news/slug-12873", "https://ukuk.example/news/another-12873", true},
		{"https://ukuk.example/page", "https://ukuk.example/page#main", true},
		{"https://ukuk.example/news/?id=5", "https://ukuk.example/news/index.php?id=5&from=rss", true},
		{"https://ukuk.example/news/20261126-a", "https://ukuk.example/news/20261126-b", false},
		{"https://ukuk.example/news/261126-a", "https://ukuk.example/news/261126-b", false},
		{"https://ukuk.example/news/2024-plan", "https://ukuk.example/news/2024-otchet", false},
		{"https://ukuk.example/news/100-let", "https://ukuk.example/news/100-dnej", false},
		{"https://ukuk.example/?p=5", "https://ukuk.example/?p=6", false},
	} {
		if got := addressOf(test.a).loose == addressOf(test.b).loose; got != test.same {
			t.Errorf("%s and %s: alike is %v", test.a, test.b, got)
		}
	}
}

func TestSections(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]bool{
		"https://ukuk.example/ru/vacancies":        true,
		"https://ukuk.example/alerts/now":          true,
		"https://ukuk.example/alerts?lang=ru":      true,
		"https://ukuk.example/alerts?id=5":         false,
		"https://ukuk.example/ru/news/41":          false,
		"https://ukuk.example/ru/otkryt-novyi-otd": false,
		"https://ukuk.example/n/aBq":               false,
		"https://ukuk.example/changes#last":        false,
	} {
		if got := addressOf(link).section; got != want {
			t.Errorf("%s: section is %v", link, got)
		}
	}
}
