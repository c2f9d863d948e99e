package feeds

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"kabarchy/feeds/article"
)

const (
	rssHead  = `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:xhtml="http://www.w3.org/1999/xhtml"><channel><title>Т</title>`
	atomHead = `<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Т</title>`
)

// itemDoc is an RSS document with one item.
func itemDoc(inner string) string { return rssHead + "<item>" + inner + "</item></channel></rss>" }

func entryDoc(inner string) string {
	return atomHead + `<entry><id>urn:1</id><link href="/1"/>` + inner + "</entry></feed>"
}

// TestRepair: what a reader of the site hardly notices must not keep the news from
// people. Each is the smallest document of its kind; in brackets who reported it.
func TestRepair(t *testing.T) {
	t.Parallel()
	warning := "<br />\n<b>Warning</b>:  Undefined variable $x in <b>/site/rss.php</b> on line <b>1</b><br />\n"
	news := itemDoc("<title>Кабар</title><description>Текст</description><link>/1</link>")
	const link = "https://minjust.example/1"
	for name, test := range map[string]struct{ doc, title, text, link string }{
		// rssguard#1788, FreshRSS#1057, feed-io#73.
		"a PHP warning before the feed": {warning + news, "Кабар", "Текст", link},
		"many warnings":                 {strings.Repeat(warning, 200) + news, "Кабар", "Текст", link},
		"a warning in plain text":       {"PHP Notice: x < 3 in /rss.php\n" + news, "Кабар", "Текст", link},
		"Xdebug's table":                {`<font size='1'><table class='xdebug-error' border='1'><tr><th bgcolor='#f57900'>( ! )</th></tr></table></font>` + news, "Кабар", "Текст", link},
		"a notice behind the feed":      {news + warning, "Кабар", "Текст", link},
		"a warning before JSON":         {warning + `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"Кабар","url":"/1"}]}`, "Кабар", "", link},
		"a warning before windows-1251": {warning + "<?xml version='1.0' encoding='windows-1251'?><rss><channel><item><title>\xca\xe0\xe1\xe0\xf0</title></item></channel></rss>", "Кабар", "", ""},
		// miniflux#1500, feedparser's "illformed" corpus.
		"naked br by the hundred":              {itemDoc("<title>Кабар</title><description>" + strings.Repeat("а<br>", 300) + "</description><link>/1</link>"), "Кабар", strings.Repeat("а\n", 299) + "а", link},
		"naked img and hr":                     {itemDoc("<title>Кабар</title><description>" + strings.Repeat("<img src=x><hr>", 200) + "б</description>"), "Кабар", "б", ""},
		"naked paragraphs that never end":      {itemDoc("<title>Кабар</title><description>" + strings.Repeat("<p>а", 300) + "</description><link>/1</link>"), "Кабар", strings.Repeat("а\n", 299) + "а", link},
		"list items that never end":            {itemDoc("<title>Кабар</title><description><ul>" + strings.Repeat("<li>а", 300) + "</ul></description><link>/1</link>"), "Кабар", strings.Repeat("а\n", 299) + "а", link},
		"bold that never ends, by the hundred": {itemDoc("<title>Кабар</title><description>" + strings.Repeat("<b>а ", 300) + "</description><link>/1</link>"), "Кабар", strings.TrimSpace(strings.Repeat("а ", 300)), link},
		"a br between the fields":              {itemDoc("<br><title>Кабар</title><link>/1</link>"), "Кабар", "", link},
		// goread#226, gofeed#210.
		"an unknown tag in a title":      {itemDoc("<title>Система &lt;E-Notary&gt; иштейт</title>"), "Система <E-Notary> иштейт", "", ""},
		"a naked unknown tag in a title": {itemDoc("<title>Система <E-Notary> иштейт</title><link>/1</link>"), "Система <E-Notary> иштейт", "", link},
		"the same in CDATA":              {itemDoc("<title><![CDATA[Система <E-Notary> иштейт]]></title>"), "Система <E-Notary> иштейт", "", ""},
		"escaped twice":                  {itemDoc("<title>Система &amp;lt;E-Notary&amp;gt;</title>"), "Система <E-Notary>", "", ""},
		"a comparison in a title":        {itemDoc("<title>Шарт: a<b жана c>d, 5 < 7, A<B</title>"), "Шарт: a<b жана c>d, 5 < 7, A<B", "", ""},
		"a known tag that never ends":    {itemDoc("<title>Форма a<b>c</title>"), "Форма a<b>c", "", ""},
		"formatting in a title":          {itemDoc("<title><b>Суд</b> <span class='x'>чечти</span><br>бүгүн</title>"), "Суд чечти бүгүн", "", ""},
		"formatting, escaped":            {itemDoc("<title>&lt;p&gt;Суд &lt;i&gt;чечти&lt;/i&gt;&lt;/p&gt;</title>"), "Суд чечти", "", ""},
		"a title cut in a tag":           {itemDoc(`<title>Суд &lt;a href="htt</title>`), "Суд", "", ""},
		"a title that never ends":        {itemDoc("<title>Кабар<link>/1</link>"), "Кабар", "", link},
		"a title that the item ends":     {itemDoc("<link>/1</link><title>Кабар"), "Кабар", "", link},
		"a script in a title":            {itemDoc("<title>Суд&lt;script&gt;alert(1)&lt;/script&gt;</title>"), "Суд", "", ""},
		// RFC 4287, section 3.1.
		"Atom text":                           {entryDoc(`<title type="text">5 &lt; 7 &amp;amp; &lt;b&gt;</title><summary type="text">форма &lt;b&gt;№2&lt;/b&gt;, знак &amp;amp;, стаж&lt;5</summary>`), "5 < 7 &amp; <b>", "форма <b>№2</b>, знак &amp;, стаж<5", link},
		"Atom text without a type":            {entryDoc(`<title>a&lt;B&gt;c</title><summary>жашы &lt;18, A&lt;B</summary>`), "a<B>c", "жашы <18, A<B", link},
		"Atom HTML without a type":            {entryDoc(`<title>К</title><summary>&lt;p&gt;Бир&lt;/p&gt;&lt;p&gt;эки&lt;/p&gt;</summary>`), "К", "Бир\nэки", link},
		"Atom HTML":                           {entryDoc(`<title type="html">&lt;b&gt;К&lt;/b&gt;</title><summary type="html">&lt;p&gt;Бир &amp;lt;5&lt;/p&gt;</summary>`), "К", "Бир <5", link},
		"Atom text in CDATA":                  {entryDoc(`<title>К</title><content type="text"><![CDATA[a <b> &amp; c]]></content>`), "К", "a <b> &amp; c", link},
		"Atom XHTML":                          {entryDoc(`<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Суд <b>чечти</b></div></title><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Бир</p></div></content>`), "Суд чечти", "Бир", link},
		"Atom in base64":                      {entryDoc(`<title>К</title><content type="text/html" mode="base64">` + base64.StdEncoding.EncodeToString([]byte("<p>Бир</p><p>эки</p>"))[:12] + "\n  " + base64.StdEncoding.EncodeToString([]byte("<p>Бир</p><p>эки</p>"))[12:] + `</content>`), "К", "Бир\nэки", link},
		"Atom text in base64":                 {entryDoc(`<title>К</title><content type="text/plain" mode="base64">` + base64.StdEncoding.EncodeToString([]byte("a <b> c")) + `</content>`), "К", "a <b> c", link},
		"a picture in base64":                 {entryDoc(`<title>К</title><content type="application/octet-stream">/9j/4AAQSkZJRg==</content><summary>Сүрөт</summary>`), "К", "Сүрөт", link},
		"xhtml:body":                          {itemDoc(`<title>К</title><xhtml:body><xhtml:p>Бир</xhtml:p><xhtml:p>эки &lt;5</xhtml:p></xhtml:body>`), "К", "Бир\nэки <5", ""},
		"body":                                {itemDoc(`<title>К</title><body xmlns="http://www.w3.org/1999/xhtml"><p>Бир</p></body>`), "К", "Бир", ""},
		"fullitem":                            {itemDoc(`<title>К</title><fullitem>&lt;p&gt;Бир&lt;/p&gt;</fullitem>`), "К", "Бир", ""},
		"Atom's page among its files":         {atomHead + `<entry><id>urn:1</id><title>К</title><link rel="self" href="/api"/><link rel="alternate" type="application/pdf" href="/1.pdf"/><link rel="Alternate" type="text/html" href="/1"/></entry></feed>`, "К", "", link},
		"Atom's id where no link is the page": {atomHead + `<entry><id>https://minjust.example/1</id><title>К</title><link rel="edit" href="/api"/></entry></feed>`, "К", "", link},
		"Atom with a prefix and https":        {`<a:feed xmlns:a="https://www.w3.org/2005/Atom/"><a:entry><a:title>К</a:title><a:link href="/1"/></a:entry></a:feed>`, "К", "", link},
		"XHTML with a prefix":                 {`<feed xmlns="http://www.w3.org/2005/Atom" xmlns:x="http://www.w3.org/1999/xhtml"><entry><title type="xhtml"><x:div>Суд <x:em>чечти</x:em></x:div></title><link href="/1"/><content type="xhtml"><x:div><x:p>Бир</x:p><x:p>эки</x:p></x:div></content></entry></feed>`, "Суд чечти", "Бир\nэки", link},
		"CDATA that was escaped":              {itemDoc("<title>К</title><description>&lt;![CDATA[Бир эки]]&gt;</description>"), "К", "Бир эки", ""},
		"a description that never ends":       {itemDoc("<title>Кабар</title><description>Текст <b>калың<br>экинчи<link>/1</link><pubDate>x</pubDate>"), "Кабар", "Текст калың\nэкинчи", link},
		"a full text that never ends":         {itemDoc("<link>/1</link><title>Кабар</title><content:encoded><p>Бир<guid>7</guid>"), "Кабар", "Бир", link},
		// newsblur#1060.
		"surrogates":  {itemDoc("<title>Майрам &#55357;&#56832; &#xD83D;&#xDE00;</title><description>&amp;#55357;&amp;#56832;</description>"), "Майрам 😀 😀", "😀", ""},
		"half a pair": {itemDoc("<title>Майрам &#55357; &#56832;</title>"), "Майрам", "", ""},
		// RSS-to-Telegram-Bot#391, feedparser#421.
		"one byte of UTF-8 lost": {itemDoc("<title>The Minister’s visit</title><description>at the caf\xc3...</description>"), "The Minister’s visit", "at the caf...", ""},
		// FreshRSS#5100: what a browser mends.
		"a percent sign in a link":    {itemDoc("<title>К</title><link>https://minjust.example/100%-na?a=5%</link>"), "К", "", "https://minjust.example/100%25-na?a=5%25"},
		"a line break in a link":      {itemDoc("<title>К</title><link>\n https://minjust.example/ne\n  ws/1\n</link>"), "К", "", "https://minjust.example/ne%20%20ws/1"},
		"backslashes in a link":       {itemDoc(`<title>К</title><link>https:\\minjust.example\news\1?a=\b</link>`), "К", "", `https://minjust.example/news/1?a=\b`},
		"one slash behind the scheme": {itemDoc("<title>К</title><link>https:/minjust.example/1</link>"), "К", "", link},
		"a tab and a quotation mark":  {itemDoc("<title>К</title><link>/ne\tws/«1»</link>"), "К", "", "https://minjust.example/news/%C2%AB1%C2%BB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := understandWith([]byte(test.doc), "text/xml; charset=utf-8")
			if err != nil || len(d.Entries) != 1 {
				t.Fatalf("%d entries, %v", len(d.Entries), err)
			}
			it := d.Entries[0].Item
			equal(t, "title", it.Title, test.title)
			equal(t, "text", it.Summary, test.text)
			equal(t, "link", it.Link, test.link)
		})
	}
}

// TestRepairPicture: pictures are mended like links.
func TestRepairPicture(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		`/img/100%.jpg`:                       "https://minjust.example/img/100%25.jpg",
		"/img/a\nb.jpg":                       "https://minjust.example/img/ab.jpg",
		`https:\\minjust.example\i\b.jpg`:     "https://minjust.example/i/b.jpg",
		` https://minjust.example/i/a b.jpg `: "https://minjust.example/i/a%20b.jpg",
	} {
		d, err := understandForTest([]byte(itemDoc(fmt.Sprintf(`<title>К</title><enclosure url="%s" type="image/jpeg"/>`, written))))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, written, d.Entries[0].Item.Picture, want)
	}
}

// TestJSONFeedOddities: an odd field costs that field and nothing more.
func TestJSONFeedOddities(t *testing.T) {
	t.Parallel()
	doc := func(members string) string {
		return `{"version":"https://jsonfeed.org/version/1.1","title":"T",` + members + `}`
	}
	item := func(members string) string { return doc(`"items":[{"url":"/1","title":"К",` + members + `}]`) }
	for name, test := range map[string]struct {
		doc, want string
		cut       bool
	}{
		"authors as an object": {item(`"authors":{"name":"А"}`), "К||/1|", false}, // miniflux#3988
		"an author as a text":  {item(`"author":"А"`), "К||/1|", false},
		"a title as an object": {doc(`"items":[{"id":1,"title":{"rendered":"К"}}]`), "К|||", false}, // miniflux#4035
		"the feed's title":     {`{"version":"https://jsonfeed.org/version/1","title":{"x":1},"items":[{"id":"1","title":"К"}]}`, "К|||", false},
		"a number for an id":   {doc(`"items":[{"id":17,"title":"К"}]`), "К|||", false}, // gofeed#270
		"tags as a text":       {item(`"tags":"а, б"`), "К||/1|а,б", false},
		"tags of all kinds":    {item(`"tags":["а",1,null,{"name":"б"}]`), "К||/1|а,1,б", false},
		"an image as a number": {item(`"image":5,"content_html":["x"],"summary":"Т"`), "К|Т|/1|", false},
		"attachments as one":   {item(`"attachments":{"url":5}`), "К||/1|", false},
		"a size as a text":     {item(`"attachments":[{"url":"/a.pdf","size_in_bytes":"big"}]`), "К||/1|", false},
		"an item as a text":    {doc(`"items":["x",null,{"url":"/1","title":"К"},{}]`), "К||/1|", false},
		"plain text":           {item(`"content_text":"a <b> &amp;\nc"`), "К|a <b> &amp;/c|/1|", false},
		"hubs and next_url":    {doc(`"next_url":7,"hubs":"x","expired":"no","items":[{"url":"/1","title":"К"}]`), "К||/1|", false},
		"no version":           {`{"title":"T","items":[{"url":"/1","title":"К"}]}`, "К||/1|", false},
		"cut in the second":    {`{"version":"https://jsonfeed.org/version/1","items":[{"url":"/1","title":"К"},{"url":"/2","ti`, "К||/1|", true},
		"a rest behind it":     {doc(`"items":[{"url":"/1","title":"К"}]`) + "<br /><b>Notice</b>", "К||/1|", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := understandForTest([]byte(test.doc))
			if err != nil || len(d.Entries) != 1 {
				t.Fatalf("%d entries, %v", len(d.Entries), err)
			}
			it := d.Entries[0].Item
			equal(t, "item", strings.Join([]string{it.Title, strings.ReplaceAll(it.Summary, "\n", "/"),
				strings.TrimPrefix(it.Link, "https://minjust.example"), strings.Join(it.Categories, ",")}, "|"), test.want)
			equal(t, "cut", d.Cut, test.cut)
		})
	}
	for _, doc := range []string{`{"items":5}`, `{"items":{"1":{}}}`, `{"error":"x"}`, `{`, `{"version":"https://jsonfeed.org/version/1","items":[{"id":`} {
		if _, err := understandForTest([]byte(doc)); err == nil {
			t.Errorf("%s was taken for a feed", doc)
		}
	}
}

// TestNoFeedSaysWhatItSays: a script that fails says why.
func TestNoFeedSaysWhatItSays(t *testing.T) {
	t.Parallel()
	_, err := understandForTest([]byte("<br />\n<b>Fatal error</b>:  Allowed memory size exhausted in <b>/site/rss.php</b>"))
	wantError(t, err, `its root element is <br>; it says "Fatal error: Allowed memory size exhausted in /site/rss.php"`)
}

// FuzzTitle: a title is one line of text, in which nothing of a plain text is lost.
func FuzzTitle(f *testing.F) {
	for _, seed := range []string{"a<b и c>d", "Система <E-Notary>", "<b>x</b>", "&lt;p&gt;x", "A<B", `<a href="x`, "&#55357;&#56832;", "</b><", "<![CDATA[x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, title string) {
		got := plainTitle(title)
		if strings.ContainsAny(got, "\n\t\r") || !utf8.ValidString(got) {
			t.Errorf("%q became %q", title, got)
		}
		if !strings.ContainsAny(title, "<>&") && got != article.OneLine(strings.ToValidUTF8(title, "\ufffd")) {
			t.Errorf("%q became %q", title, got)
		}
	})
}
