package feeds

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kabarchy/feeds/feedtest"
)

// corpus says what a careful person reads in each of the real documents that stand
// beside the project: how many items, and what the first of them is.
var corpus = map[string]struct {
	kind, charset string
	items         int
	title, text   string // how they begin
	link, picture string
	date          string // RFC 3339; empty where there is none
}{
	"01-ru-aif-yandex-turbo.xml": {"RSS 2.0", "utf-8", 1, "СМИ: собака в Таиланде", "15-летняя мать ребенка решила",
		"http://www.aif.ru/incidents/smi_sobaka_v_tailande_spasla_zazhivo_pohoronennogo_mladenca",
		"https://images.aif.ru/017/020/025bc5cb4cc5d0f8347bbb27f5e4d13b.jpg", "2019-05-18T10:52:50+03:00"},
	"03-ua-pravda-cp1251.xml": {"RSS 2.0", "windows-1251", 20, "День сердца: инфаркты", "Этот день проходит под девизом",
		"https://life.pravda.com.ua/columns/2020/09/29/242489/", "", "2020-09-29T15:00:00+03:00"},
	"04-ua-ukranews-default-ns.xml": {"RSS 2.0", "utf-8", 2, "Херсонский губернатор Гусев", "Глава Херсонской обладминистрации",
		"https://ukranews.com/news/728743-gubernator-hersonshhiny-gusev-kupil-kvartiru-v-kredit",
		"https://ukranews.com/upload/news/2020/09/28/5f720037cb588-----------4_1200.jpg", "2020-09-28T18:25:00+03:00"},
	"05-ua-unian-guid-false.xml": {"RSS 2.0", "utf-8", 50, `"Зір вдалося зберегти": у Дніпрі`, "У лікарню військового доправили",
		"https://www.unian.ua/war/donbas-u-dnipri-likari-ryatuyut-sapera-yakiy-pidirvavsya-na-donbasi-video-novini-dnipra-11162807.html",
		"http://images.unian.net/photos/2020_09/1601299831-6340.png", "2020-09-28T16:35:12+03:00"},
	"07-ru-ibash-cp1251.xml": {"RSS 2.0", "windows-1251", 50, "Цитата #17703", "xxx: есть у кого жаба программер\nxxx: кот",
		"http://ibash.org.ru/quote.php?id=17703", "", "2018-03-21T10:27:32+03:00"},
	"11-gov-dival-no-ids.xml": {"RSS 0.91", "iso-8859-1", 1, "Oferta de Empleo Público", "Publicado el 14-05-2021 resultado", "", "", ""},
	"12-rdf09-heise-tracking.xml": {"RSS 0.9", "utf-8", 60, "OLED-TVs: Vorsichtsmaßnahmen", "Wer gerade einen neuen",
		"https://www.heise.de/newsticker/meldung/OLED-TVs-Vorsichtsmassnahmen-gegen-Einbrennen-4205274.html", "", ""},
	"16-guid-not-permalink.xml": {"RSS 2.0", "utf-8", 1, "link.example.com", "", "http://link.example.com/", "", ""},
	"18-relative-enclosure.xml": {"RSS 2.0", "utf-8", 1, "An item with a relative", "Article demoing", "https://kryogenix.org/nothing-here-really", "https://kryogenix.org/images/me/hackergotchi-simpler.png", "2021-03-17T18:14:23Z"},
	"19-raw-ampersands.xml":     {"RSS 2.0", "utf-8", 1, "link/get?a=1&b=2", "", "http://link/get?a=1&b=2", "", ""},
	"22-unbalanced-html.xml":    {"RSS 2.0", "utf-8", 1, "AGGIORNAMENTO DEL 28-9-2025", "L'Ordine dei Giganti: è arrivato", "https://www.lucasdelirium.it/", "", "2025-09-28T12:00:00Z"},
	"24-dcdate.xml":             {"RSS 2.0", "utf-8", 1, "Europe : vers un « affaiblissement", "Le 26 février, la Commission", "https://reporterre.net/Europe-vers-un-affaiblissement-historique-des-normes-ecologiques", "https://reporterre.net/local/cache-vignettes/L700xH467/european_union_flag__4768764591_2_-cc8c4.jpg?1740588172", "2025-02-26T16:42:45Z"},
	"28-by-tutby-utm.xml":       {"RSS 2.0", "utf-8", 100, "Гороскоп наоборот.", "Давайте проверим, сбылся ли", "https://news.tut.by/go/666242.html", "https://img.tyt.by/n/illyustracii/0c/7/astrological_game_cover.jpg", "2019-12-30T11:38:00+03:00"},
}

func TestRealDocuments(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../shared/feeds/*.xml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			want, ok := corpus[filepath.Base(file)]
			if !ok {
				t.Fatal("nobody has read this document yet")
			}
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			base, _ := url.Parse("https://feeds.example/rss.xml")
			d, err := understand(body, "", Source{ID: "s", Language: "ru"}, base, time.UTC, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "kind", d.Kind, want.kind)
			equal(t, "charset", d.Charset, want.charset)
			equal(t, "items", len(d.Entries), want.items)
			first := d.Entries[0].Item
			begins(t, "title", first.Title, want.title)
			begins(t, "text", first.Summary, want.text)
			equal(t, "link", first.Link, want.link)
			equal(t, "picture", first.Picture, want.picture)
			date := ""
			if !first.Published.IsZero() {
				date = first.Published.Format(time.RFC3339)
			}
			equal(t, "date", date, want.date)
			k := newKnowledge()
			k.study(d.Entries)
			c := diff(poll{source: Source{ID: "s", Language: "ru"}, entries: d.Entries, now: time.Now()}, k, 10)
			equal(t, "items known apart", c.result.New, want.items)
			for _, e := range d.Entries {
				if strings.Contains(e.Item.Title+e.Item.Summary, "\ufffd") {
					t.Errorf("letters were lost: %q %q", e.Item.Title, e.Item.Summary)
				}
			}
		})
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	feedtest.Equal(t, what, got, want)
}

func begins(t *testing.T, what, got, want string) {
	t.Helper()
	feedtest.Begins(t, what, got, want)
}
