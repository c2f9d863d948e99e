package feeds

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestAPictureIsDescribed: by what the feed says of that very picture, wherever it says so, and
// not by what programs put there.
func TestAPictureIsDescribed(t *testing.T) {
	t.Parallel()
	const words = "Министр разрезает ленточку"
	base, err := url.Parse("https://minjust.gov.kg/news/1")
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		`<media:content url="/a.jpg" medium="image"><media:description>` + words + `</media:description></media:content>`:                                            words,
		`<media:content url="/a.jpg" medium="image"><media:text>` + words + `</media:text></media:content>`:                                                          words,
		`<media:group><media:description type="html">&lt;p&gt;` + words + `&lt;/p&gt;</media:description><media:content url="/a.jpg" medium="image"/></media:group>`: words,
		`<media:thumbnail url="/a.jpg"><media:description>` + words + `</media:description></media:thumbnail>`:                                                       words,
		`<description>&lt;img src="/a.jpg" alt="` + words + `"/&gt; Текст.</description>`:                                                                            words,
		`<enclosure url="/a.jpg" type="image/jpeg" length="1"/><description>&lt;img src="/a.jpg" alt="` + words + `"/&gt; Текст.</description>`:                      words,
		`<enclosure url="/a.jpg" type="image/jpeg" length="1"/><description>&lt;img src="/b.jpg" alt="` + words + `"/&gt; Текст.</description>`:                      "",
		`<description>&lt;img src="/a.jpg" alt="IMG_20181122.jpg"/&gt; Текст.</description>`:                                                                         "",
		`<description>&lt;img src="/a.jpg" alt="фото 1"/&gt; Текст.</description>`:                                                                                   "",
		`<description>&lt;img src="/a.jpg" alt=" "/&gt; Текст.</description>`:                                                                                        "",
		`<description>&lt;img src="/a.jpg" alt="WhatsApp Image 2026-11-22 (1)"/&gt; Текст.</description>`:                                                            "",
		`<description>&lt;img src="/a.jpg" alt="см. https://example.org/x"/&gt; Текст.</description>`:                                                                "",
		`<description>&lt;img src="/a.jpg" alt="` + strings.Repeat("Очень длинно. ", 40) + `"/&gt; Текст.</description>`:                                             strings.Repeat("Очень длинно. ", 13) + "Очень длинно…",
	} {
		feed, err := newParser().ParseString(`<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><item><title>Т</title>` + body + `</item></channel></rss>`)
		if err != nil {
			t.Fatal(err)
		}
		e := readEntry(feed.Items[0], base, time.UTC, time.Now())
		if got := e.Item.PictureSays; got != want || e.Item.Picture != "https://minjust.gov.kg/a.jpg" {
			t.Errorf("%s\nshows %q, which says %q and not %q", body, e.Item.Picture, got, want)
		}
	}
}
