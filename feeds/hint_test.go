package feeds

import "testing"

// TestPageWhereAFeedWasExpected: the error says what to put into the configuration.
func TestPageWhereAFeedWasExpected(t *testing.T) {
	t.Parallel()
	head := `<!DOCTYPE html><html><head><title>Новости | Министерство</title>`
	links := func(addresses ...string) string {
		body := "</head><body><a href='/about'>О министерстве юстиции</a>"
		for _, a := range addresses {
			body += "<a href='" + a + "'>Заголовок новости подлиннее</a>"
		}
		return body + "</body></html>"
	}
	for doc, says := range map[string]string{
		head: `but an HTML page titled "Новости | Министерство"`,
		head + `<link rel="alternate" type="application/rss+xml" title="Лента" href="/ru/rss.xml">`:                              `; it links the feed https://minjust.example/ru/rss.xml ("Лента"): put that into the url`,
		head + `<link rel='home alternate' type='application/atom+xml' href='a'><link rel="alternate" type="text/xml" href="b">`: `the feed https://minjust.example/a, and https://minjust.example/b: put`,
		head + `<link rel="alternate" hreflang="ky" href="/ky"></head><a href="/ru/feed/">RSS</a>`:                               `the feed https://minjust.example/ru/feed/: put`,
		head + links("/ru/news/17", "/ru/news/18", "/ru/news/19", "/ru/news/19", "https://other.example/ru/news/20"):             `it links no feed, but 3 pages such as /ru/news/17: with kind: page and links: '/ru/news/\d+$' it`,
		head + links("/ru/news/2026/sud-reshil", "/ru/news/2026/pochta", "/ru/news/2025/novyi-zakon"):                            `links: '/ru/news/\d+/[^/?]+$'`,
		head + links("/index.php?lang=ru&id=17", "/index.php?lang=ru&id=18", "/index.php?lang=ru&id=9"):                          `links: '/index\.php\?lang=ru&id=\d+$'`,
		head + links("/ru/news/17/", "/ru/news/18/", "/ru/news/19/"):                                                             `links: '/ru/news/\d+/$'`,
		head + `<link rel="alternate" type="application/rss+xml" href="https://feeds.example/m"><link rel="alternate" type="application/rss+xml" title="Комментарии" href="/comments"><link rel="alternate" type="application/rss+xml" href="/rss.xml">`: `the feed https://minjust.example/rss.xml, and https://minjust.example/comments ("Комментарии"), and https://feeds.example/m: put`,
		`<!doctype html><title>Redirecting</title><meta http-equiv="refresh" content="0; URL='/feed.xml'">`:                                                     `it leads browsers on to https://minjust.example/feed.xml: put`,
		`<!doctype html><title>Главная</title><meta http-equiv="refresh" content="5; url=/ru"><link rel="alternate" type="application/rss+xml" href="/ru/rss">`: `it links the feed https://minjust.example/ru/rss: put`,
		"<title>Ошибка</title><p>Error establishing a database connection":                                                                                      `but an HTML page titled "Ошибка"`,
	} {
		_, err := understandForTest([]byte(doc))
		wantError(t, err, says)
	}
}
