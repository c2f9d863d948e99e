package article

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"kabarchy/feeds/feedtest"
)

var bishkek = time.FixedZone("KGT", 6*60*60)

// seed is an item of the Legal Aid Service, as its site prints it.
type seed struct {
	header, title string
	paragraphs    []string
}

func readSeed(t *testing.T, file string) seed {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(lines(string(raw)), "\n")
	return seed{header: all[0], title: all[3], paragraphs: all[5:]}
}

// likenesses are ways in which a site such as that one may build its page.
var likenesses = map[string]func(s seed) string{
	"paragraphs": func(s seed) string {
		return `<body><div class="header"><a href="/">` + s.header + `</a><div>23 Бугу, 2024</div></div><ul class="menu"><li><a href="/ky">Башкы бет</a></li><li><a href="/ky/news/17">Жаңылыктар</a></li></ul>
<div class="container"><a href="/ky/news/17" class="btn">Артка</a><p class="date">22 ноябрь 2018</p><h2>` + s.title + `</h2><h2>` + s.title + `</h2>
<img src="/uploads/one.jpg" alt="one"><div class="text"><p>&nbsp;&nbsp; ` + strings.Join(s.paragraphs, "</p>\n<p>&nbsp; ") + `</p></div></div>
<div class="footer"><p>Бишкек шаары, Молодая гвардия бульвары, 32. Бардык укуктар корголгон © 2024</p></div></body>`
	},
	"line breaks": func(s seed) string {
		return `<body><table><tr><td><h1>` + s.header + `</h1></td></tr><tr><td><a href="javascript:history.back()">Артка</a><br>22 ноябрь 2018<br><b>` + s.title +
			`</b><br><img alt="one" src="../../uploads/one.jpg"><br>` + strings.Join(s.paragraphs, "<br>\r\n&nbsp;<br>") + `</td></tr></table></body>`
	},
	"divisions": func(s seed) string {
		return `<title>` + s.header + `</title><body><div>` + s.header + `</div><div id="news-detail"><div><a href="/ky/news/17">Артка</a></div><div>22 ноябрь 2018</div><div>` + s.title +
			`</div><div>` + s.title + `</div><div><img src="https://ukuk.example/uploads/one.jpg" alt="one" /></div><div><span>` + strings.Join(s.paragraphs, "</span></div><div><span>") +
			`</span></div></div><div class="share"><a href="https://fb.example">Бөлүшүү</a></div></body>`
	},
}

// TestSeed: from a page in the likeness of the Legal Aid Service's, exactly its six
// paragraphs, its title, its date and its picture.
func TestSeed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../shared/seed/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		s := readSeed(t, file)
		if len(s.paragraphs) != 6 {
			t.Fatalf("the seed has %d paragraphs", len(s.paragraphs))
		}
		for name, build := range likenesses {
			for hinted, hint := range map[string]string{"": "", " and its title": s.title, " and its title cut short": string([]rune(s.title)[:60]) + "…"} {
				t.Run(name+hinted, func(t *testing.T) {
					t.Parallel()
					a := extractFrom(t, build(s), hint)
					feedtest.Equal(t, "title", a.Title, s.title)
					feedtest.Equal(t, "date", a.Published.Format(time.RFC3339), "2018-11-22T00:00:00+06:00")
					feedtest.Equal(t, "picture", a.Picture, "https://ukuk.example/uploads/one.jpg")
					feedtest.Equal(t, "text", a.Text(), strings.Join(s.paragraphs, "\n"))
					feedtest.Equal(t, "blocks", len(a.Blocks), len(s.paragraphs))
					feedtest.Equal(t, "whole", a.Whole, true)
				})
			}
		}
	}
}

func extractFrom(t testing.TB, markup, hint string) Article {
	t.Helper()
	address, _ := url.Parse("https://ukuk.example/ky/news/124")
	p, err := Parse([]byte(markup), address, bishkek)
	if err != nil {
		t.Fatal(err)
	}
	return p.Article(hint)
}

// written shows blocks in one line each, with their styles in a small notation.
func written(blocks []Block) string {
	var out strings.Builder
	for _, b := range blocks {
		switch b.Kind {
		case Heading:
			fmt.Fprintf(&out, "h%d ", b.Level)
		case ListItem:
			fmt.Fprintf(&out, "%d.%d ", b.Level, b.Number)
		case Quote:
			out.WriteString("> ")
		case Picture:
			out.WriteString("pic " + b.Picture)
		}
		for _, s := range b.Spans {
			text := s.Text
			if s.Bold {
				text = "*" + text + "*"
			}
			if s.Italic {
				text = "_" + text + "_"
			}
			if s.Link != "" {
				text = "[" + text + "](" + s.Link + ")"
			}
			out.WriteString(strings.ReplaceAll(text, "\n", "/"))
		}
		out.WriteString("\n")
	}
	return out.String()
}

func TestBlocks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string][2]string{
		"paragraphs":          {"<p>Бир</p><p>Эки</p>Үч<br>Төрт<br><br>Беш", "Бир\nЭки\nҮч\nТөрт\nБеш\n"},
		"words stay apart":    {"<div>Бир</div><div>эки</div><p>үч<span>төрт</span> <b>беш</b>,алты</p>", "Бир\nэки\nүчтөрт *беш*,алты\n"},
		"spaces":              {"<p> Бир \n&nbsp; эки <b> үч </b> төрт </p>", "Бир эки *үч *төрт\n"},
		"headings":            {"<h2>Бир <i>эки</i></h2><p>үч</p>", "h2 Бир _эки_\nүч\n"},
		"lists":               {"<ul><li>бир<li>эки<ol><li>үч<li>төрт</ol></ul><p>беш</p>", "1.0 бир\n1.0 эки\n2.1 үч\n2.2 төрт\nбеш\n"},
		"paragraphs in items": {"<ol><li><p>бир</p><p>эки</p></li><li>үч<br>төрт</li></ol>", "1.1 бир\nэки\n1.2 үч/төрт\n"},
		"quotes":              {"<blockquote><p>бир</p>эки<br>үч</blockquote>", "> бир\n> эки/үч\n"},
		"links":               {"<p><a href='/ky/1'>бир</a> <a href='javascript:x'>эки</a> <a href='mailto:a@b'>үч</a></p>", "[бир](https://ukuk.example/ky/1) эки үч\n"},
		"styles":              {"<p><b>бир <i>эки</i></b> <strong><a href='//x.example'>үч</a></strong></p>", "*бир *_*эки*_ [*үч*](https://x.example)\n"},
		"pictures":            {"<p>бир<img src='/1.jpg' alt='one'>эки<img src='/pixel.gif'><img src='data:x'><img width=1 src='/2.jpg'></p>", "бир\npic https://ukuk.example/1.jpg\nэки\n"},
		"lazy pictures":       {"<img src='/blank.gif' data-src='/1.jpg'>", "pic https://ukuk.example/1.jpg\n"},
		"short tables":        {"<table><tr><th>Күнү</th><th>Убактысы</th></tr><tr><td>Дүйшөмбү</td><td></td><td>9:00</td></tr></table>", "Күнү · Убактысы\nДүйшөмбү · 9:00\n"},
		"tables of text":      {"<table><tr><td><p>бир</p></td><td>эки</td></tr></table>", "бир\nэки\n"},
		"what nobody reads":   {"<script>x</script><style>y</style><p>бир<!-- z --></p><noscript>w</noscript><iframe>v</iframe>", "бир\n"},
		"nothing":             {"<p> &nbsp;</p><b></b><br>", ""},
		"invisible letters":   {"<p>\u200bби\u00adр\u202e</p>", "бир\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base, _ := url.Parse("https://ukuk.example/ky/news/124")
			p, err := Parse([]byte(test[0]), base, bishkek)
			if err != nil {
				t.Fatal(err)
			}
			feedtest.Equal(t, "blocks", written(blocksOf(p.root, base)), test[1])
		})
	}
}

func TestExtractFindsTheArticle(t *testing.T) {
	t.Parallel()
	const long = "Бул сап макаланын тексти экенин көрсөтүү үчүн жетиштүү узун болууга тийиш, ошондуктан узун."
	for name, test := range map[string]struct{ page, want string }{
		"beside a menu and other news": {`<div class="left-menu"><p>Бул менюнун ичиндеги узун сүйлөм, ал макалага эч кандай тиешеси жок болсо керек.</p></div>
			<div class="wrap"><div class="news-detail"><h1>Аталышы бар макала</h1><p>` + long + `</p><p>Кыска сап.</p><ul><li>бир<li>эки</ul></div>
			<div class="col"><a href="/1">Башка жаңылыктын узун аталышы, ал шилтеме гана болуп саналат эмеспи</a></div></div>`,
			long + "\nКыска сап.\n1.0 бир\n1.0 эки\n"},
		"until what comes after it": {`<div><h1>Аталышы бар макала</h1><p>` + long + `</p><h3>Окшош жаңылыктар</h3><p>` + long + `!</p></div>`, long + "\n"},
		"without labels and dates": {`<div><h1>Аталышы бар макала</h1><p>Дүйшөмбү, 22 ноябрь 2018-жыл, 10:30</p><p>Көрүүлөр: 25</p><p>Урматтуу жарандар!</p><p>` + long + `</p><p><a href="/ky/news">Бардык жаңылыктар</a></p><p>Артка</p></div>`,
			"Урматтуу жарандар!\n" + long + "\n"},
		"in a table":                           {`<table><tr><td>Меню</td><td><b>Аталышы бар макала</b><p>` + long + `</p></td></tr></table>`, long + "\n"},
		"in a main element with a hidden part": {`<main><h1>Аталышы бар макала</h1><p>` + long + `</p><div style="display: none">` + long + `?</div></main>`, long + "\n"},
		"in a block that is called a banner":   {`<div id="banner"><h1>Аталышы бар макала</h1><p>` + long + `</p></div>`, long + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := extractFrom(t, "<body>"+test.page+"</body>", "Аталышы бар макала")
			feedtest.Equal(t, "article", written(a.Blocks), test.want)
			feedtest.Equal(t, "title", a.Title, "Аталышы бар макала")
		})
	}
}

// TestLongPages: no page takes longer than its length; none is quadratic.
func TestLongPages(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"<p>a", "<b>a</b>", "<div class=menu>a</div>", "<li>22 ноябрь 2018", "<h1>Аталышы бар макала"} {
		start := time.Now()
		extractFrom(t, strings.Repeat(piece, 1<<19/len(piece)), "Аталышы бар макала")
		if took := time.Since(start); took > 30*time.Second { // some twenty times what it takes; what grows by the square takes minutes
			t.Errorf("%q: %v", piece, took)
		}
	}
}

func TestWhatThePagesHeadSays(t *testing.T) {
	t.Parallel()
	a := extractFrom(t, `<head><title>Кыска | Министрлик</title><base href="https://ukuk.example/base/"><meta property="og:title" content="Толук аталышы">
<meta property="article:published_time" content="2026-11-23T10:00:00+06:00"><meta property="og:image" content="og.jpg">
<link rel="alternate" hreflang="ru-KG" href="/ru/1"><link rel="alternate" hreflang="x-default" href="/"></head><body><p>22 ноябрь 2018</p><p>Текст</p></body>`, "")
	feedtest.Equal(t, "title", a.Title, "Толук аталышы")
	feedtest.Equal(t, "date", a.Published.Format(time.RFC3339), "2026-11-23T10:00:00+06:00")
	feedtest.Equal(t, "picture", a.Picture, "https://ukuk.example/base/og.jpg")
	feedtest.Equal(t, "alternates", fmt.Sprint(a.Alternates), "map[ru:https://ukuk.example/ru/1]")
	feedtest.Equal(t, "whole", a.Whole, false)
}

// FuzzArticle: whatever a page holds, its article is made of blocks that can be shown.
func FuzzArticle(f *testing.F) {
	for _, build := range likenesses {
		f.Add(build(seed{"Министрлик", "Аталышы", []string{"Биринчи сап", "Экинчи <b>сап</b> <a href='/1'>үч</a>"}}), "Аталы…")
	}
	f.Add("<ol><li><p>a<p>b<li><blockquote>c<br>d<table><tr><td>e<td>f", "")
	f.Add("<frameset><frame>", "")
	f.Add("<svg><a href='javascript:x'>1</a><math><mi>2</svg>&#0;&#x202e;", "x")
	f.Fuzz(func(t *testing.T, markup, hint string) {
		address, _ := url.Parse("https://ukuk.example/ky/news/124")
		p, err := Parse([]byte(strings.ToValidUTF8(markup, "")), address, bishkek)
		if err != nil {
			return
		}
		a := p.Article(hint)
		for _, b := range a.Blocks {
			switch text := b.Text(); {
			case b.Kind == Picture:
				if Resolve(nil, b.Picture) != b.Picture || b.Picture == "" {
					t.Errorf("picture %q", b.Picture)
				}
			case text == "", strings.TrimSpace(text) != text, strings.Contains(text, "  "), !utf8.ValidString(text):
				t.Errorf("text %q of %+v", text, b)
			}
			for _, s := range b.Spans {
				if s.Text == "" || s.Link != "" && Resolve(nil, s.Link) != s.Link {
					t.Errorf("span %+v", s)
				}
			}
		}
	})
}

func TestAPictureAboveTheTitle(t *testing.T) {
	t.Parallel()
	const text = `<div><p>22.11.2026</p><h1>Иш тартиби</h1><p>21-мартта министрлик жана анын аймактык бөлүмдөрү иштебейт.</p></div>`
	for _, test := range []struct{ name, markup, want string }{
		{"in the article", `<article><img src="/1.png" width="1280">` + text + `</article>`, "https://ukuk.example/1.png"},
		{"an icon", `<article><img src="/1.png" width="16">` + text + `</article>`, ""},
		{"beside the article", `<img src="/site.png"><article>` + text + `</article>`, ""},
		{"no article", `<img src="/site.png">` + text, ""},
	} {
		if got := extractFrom(t, "<html><body>"+test.markup+"</body></html>", "").Picture; got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
