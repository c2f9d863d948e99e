package article

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kabarchy/feeds/feedtest"
)

// builders are pages as their builders write them: every paragraph is a widget, and so
// is the site's furniture around them. %1 … %3 stand for the paragraphs.
var builders = map[string]string{
	"Elementor": `<div data-elementor-type="header" class="elementor elementor-10 elementor-location-header"><div class="elementor-widget elementor-widget-nav-menu"><ul><li><a href="/">Башкы бет</a></li></ul></div></div>
<div data-elementor-type="wp-post" class="elementor elementor-318"><section class="elementor-section"><div class="elementor-container"><div class="elementor-column"><div class="elementor-widget-wrap">
<div class="elementor-element elementor-widget elementor-widget-heading"><h1 class="elementor-heading-title">Иш тартиби</h1></div>
<div class="elementor-element elementor-widget elementor-widget-text-editor"><div class="elementor-widget-container"><p>%1</p></div></div>
<div class="elementor-element elementor-widget elementor-widget-text-editor"><p>%2</p></div>
<div class="elementor-element elementor-widget elementor-widget-share-buttons"><p>Бул жаңылыкты досторуңуз менен социалдык тармактарда бөлүшүңүз!</p></div></div></div></div></section>
<section class="elementor-section"><div class="elementor-element elementor-widget elementor-widget-text-editor"><p>%3</p></div></section>
<section class="elementor-section"><div class="elementor-widget elementor-widget-posts"><p>Министрликтин башка бир жаңылыгы, ал бул макалага тиешелүү эмес.</p></div></section></div>
<div class="elementor elementor-location-footer"><div class="elementor-widget elementor-widget-text-editor"><p>Дареги: Бишкек шаары, Молодая Гвардия көчөсү, 32-үй, 720010.</p></div></div>`,
	"Gutenberg": `<main><article class="post"><h1>Иш тартиби</h1><div class="entry-content wp-block-post-content"><div class="wp-block-group is-layout-flow"><p>%1</p></div>
<div class="wp-block-columns"><div class="wp-block-column"><p>%2</p></div><div class="wp-block-column"><p class="wp-block-paragraph">%3</p></div></div>
<div class="wp-block-latest-posts"><p>Министрликтин башка бир жаңылыгы, ал бул макалага тиешелүү эмес.</p></div></div></article></main><aside class="widget-area"><section class="widget widget_text"><p>Ишеним телефону күнү-түнү иштейт, чалуу бардык номерлерден акысыз.</p></section></aside>`,
	"WPBakery": `<div class="menu">Башкы бет</div><div class="vc_row wpb_row"><h1>Иш тартиби</h1><div class="wpb_column vc_column_container"><div class="wpb_text_column wpb_content_element"><div class="wpb_wrapper"><p>%1</p></div></div></div></div>
<div class="vc_row wpb_row"><div class="wpb_text_column wpb_content_element"><p>%2</p></div></div><div class="vc_row wpb_row"><div class="wpb_raw_html wpb_content_element"><p>%3</p></div></div>
<div class="vc_row"><div class="vc_wp_posts wpb_content_element"><p>Министрликтин башка бир жаңылыгы, ал бул макалага тиешелүү эмес.</p></div></div>`,
	"Divi": `<div id="et-main-area"><div class="et_pb_section"><h1>Иш тартиби</h1><div class="et_pb_module et_pb_text"><div class="et_pb_text_inner"><p>%1</p></div></div><div class="et_pb_module et_pb_text"><p>%2</p></div></div>
<div class="et_pb_section"><div class="et_pb_module et_pb_text"><p>%3</p></div></div><div class="et_pb_section"><div class="et_pb_module et_pb_sidebar_0 et_pb_sidebar"><p>Ишеним телефону күнү-түнү иштейт, чалуу бардык номерлерден акысыз.</p></div></div></div>`,
	"SiteOrigin": `<div class="panel-layout"><h1>Иш тартиби</h1><div class="so-panel widget widget_sow-editor"><div class="so-widget-sow-editor"><div class="siteorigin-widget-tinymce textwidget"><p>%1</p></div></div></div>
<div class="so-panel widget widget_sow-editor"><p>%2</p></div><div class="so-panel widget widget_text"><p>%3</p></div></div><div class="widget widget_text"><p>Ишеним телефону күнү-түнү иштейт, чалуу бардык номерлерден акысыз.</p></div>`,
}

func TestPageBuilders(t *testing.T) {
	t.Parallel()
	paragraphs := []string{
		"21-мартта министрлик жана анын аймактык бөлүмдөрү иштебейт, бул күн майрам.",
		"22-марттан тартып кабыл алуу күндөгүдөй эле саат тогуздан баштап жүргүзүлөт.",
		"Шашылыш учурларда нөөмөттөгү нотариуска телефон аркылуу кайрылса болот.",
	}
	for name, markup := range builders {
		for i, p := range paragraphs {
			markup = strings.ReplaceAll(markup, "%"+string(rune('1'+i)), p)
		}
		a := extractFrom(t, "<html><head><title>Иш тартиби – Министрлик</title></head><body>"+markup+"</body></html>", "Иш тартиби")
		feedtest.Equal(t, name+": text", a.Text(), strings.Join(paragraphs, "\n"))
		feedtest.Equal(t, name+": title", a.Title, "Иш тартиби")
	}
}

// TestHeadlines: a link's words are a title only where they are one.
func TestHeadlines(t *testing.T) {
	t.Parallel()
	for name, test := range map[string][2]string{
		"plain":                 {`<a href="/1">Бир жаңылыктын аталышы</a>`, "Бир жаңылыктын аталышы"},
		"a card with a heading": {`<a href="/1"><img src="x"><span>22.11.2026</span><h3>Бир жаңылыктын аталышы</h3><p>Кыскача мазмуну</p><span>Кененирээк</span></a>`, "Бир жаңылыктын аталышы"},
		"a card with a class":   {`<a href="/1"><div class="news-date">22.11.2026</div><div class="news-title">Бир жаңылыктын аталышы</div><div>Кыскача мазмуну мында</div></a>`, "Бир жаңылыктын аталышы"},
		"a card of spans":       {`<a href="/1"><span>22 ноября 2026</span> <span>Бир жаңылыктын аталышы</span> <b>Подробнее →</b></a>`, "Бир жаңылыктын аталышы"},
		"two links of a card":   {`<div><a href="/1"><img src="x"></a><a href="/1">Бир жаңылыктын аталышы</a><a href="/1">Подробнее</a></div>`, "Бир жаңылыктын аталышы"},
		"a label in a list":     {`<ul><li>Бир жаңылыктын аталышы <a href="/1">Скачать PDF (1,2 МБ)</a></li><li>Экинчиси <a href="/2">Скачать</a></li></ul>`, "Бир жаңылыктын аталышы"},
		"a label in a row":      {`<table><tr><td>20.11.2026</td><td>Бир жаңылыктын аталышы</td><td><a href="/1">Жүктөп алуу</a></td></tr><tr><td>Экинчи буйруктун аталышы</td><td><a href="/2">Жүктөп алуу</a></td></tr></table>`, "Бир жаңылыктын аталышы"},
		"a label alone":         {`<div><a href="/1">Скачать</a><a href="/2">Скачать</a></div>`, ""},
		"a picture alone":       {`<a href="/1"><img src="x"></a>`, ""},
		"a short title":         {`<a href="/1">Вакансия</a>`, "Вакансия"},
	} {
		address, _ := url.Parse("https://ukuk.example/")
		p, err := Parse([]byte("<html><body><h1>Жаңылыктар тилкеси</h1>"+test[0]+"</body></html>"), address, bishkek)
		if err != nil {
			t.Fatal(err)
		}
		got := p.Links(regexp.MustCompile(`/\d+$`), func(link string) (shown, key string) { return link, link })
		feedtest.Equal(t, name, got[0].Text, test[1])
	}
}

// TestCardsTitleOnItsPage: what the page calls itself goes before a card's words, where
// it is part of them.
func TestCardsTitleOnItsPage(t *testing.T) {
	t.Parallel()
	const body = `<p>21-мартта министрлик жана анын аймактык бөлүмдөрү иштебейт.</p>`
	for _, test := range []struct{ markup, hint, want string }{
		{`<h1>Бир жаңылыктын аталышы</h1>` + body, "22.11.2026 Бир жаңылыктын аталышы Кененирээк", "Бир жаңылыктын аталышы"},
		{`<meta property="og:title" content="Бир жаңылыктын аталышы"><h2>x</h2>` + body, "Бир жаңылыктын аталышы 21-мартта министрлик…", "Бир жаңылыктын аталышы"},
		{`<h1>Министрликтин жаңылыктары</h1>` + body, "Бир жаңылыктын аталышы", "Бир жаңылыктын аталышы"},
		{`<h1>Суд</h1>` + body, "Суд бир жаңы чечим кабыл алды", "Суд бир жаңы чечим кабыл алды"},
	} {
		feedtest.Equal(t, test.hint, extractFrom(t, "<html><body>"+test.markup+"</body></html>", test.hint).Title, test.want)
	}
}
