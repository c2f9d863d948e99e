package render

import (
	"strings"
	"testing"
	"time"

	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

// TestMoments: a day with its time becomes what Telegram says by the reader's own clock, in three
// languages and for whatever way it is written; the words stay. What may be meant otherwise is
// left alone.
func TestMoments(t *testing.T) {
	t.Parallel()
	bishkek := time.FixedZone("", 6*60*60)
	r := Renderer{Zone: bishkek}
	item := func(language string) feeds.Item {
		return feeds.Item{Language: language, Published: time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)}
	}
	const ten = `<tg-time unix="1795838400">` // the 28th of November 2026, 10:00 in Bishkek
	for _, c := range []struct{ language, text, want string }{
		{"ky", "Кабыл алуу 28-ноябрда саат 10:00дө башталат.", "Кабыл алуу " + ten + "28-ноябрда саат 10:00</tg-time>дө башталат."},
		{"ky", "2026-жылдын 28-ноябрында, саат 10:00дө", ten + "2026-жылдын 28-ноябрында, саат 10:00</tg-time>дө"},
		{"ky", "28-ноябрь (ишемби), 10.00", ten + "28-ноябрь (ишемби), 10.00</tg-time>"},
		{"ky", "Бишкек убактысы боюнча 28-ноябрда саат 10:00дө", "Бишкек убактысы боюнча " + ten + "28-ноябрда саат 10:00</tg-time>дө"},
		{"ru", "<b>Приём 28 ноября в 10:00.</b>", "<b>Приём " + ten + "28 ноября в 10:00</tg-time>.</b>"},
		{"ru", "28 ноября 2026 года, в 10.00 &quot;час&quot;", ten + "28 ноября 2026 года, в 10.00</tg-time> &quot;час&quot;"},
		{"ru", "28.11.2026 в 10:00 по бишкекскому времени", ten + "28.11.2026 в 10:00</tg-time> по бишкекскому времени"},
		{"ru", "20 января в 9:00", `<tg-time unix="1800414000">20 января в 9:00</tg-time>`},
		{"ru", "Консультации (consultations): 28 ноября в 10:00", "Консультации (consultations): " + ten + "28 ноября в 10:00</tg-time>"},
		{"en", "On Saturday, 28 November at 10:00 and later", "On Saturday, " + ten + "28 November at 10:00</tg-time> and later"},
		{"en", "November 28, 2026 at 10:00 a.m.", ten + "November 28, 2026 at 10:00 a.m.</tg-time>"},
		{"en", "28 November, 12:05 AM", `<tg-time unix="1795802700">28 November, 12:05 AM</tg-time>`},
		{"ky", "28-НОЯБРЬ, 10:00", ten + "28-НОЯБРЬ, 10:00</tg-time>"},
		{"ky", "ишемби күнү, 28-ноябрында саат 10.00дөн 18.00гө чейин", "ишемби күнү, " + ten + "28-ноябрында саат 10.00</tg-time>дөн 18.00гө чейин"},
		{"ru", "28\u00a0ноября\u00a02026\u00a0г. в\u00a010:00", ten + "28\u00a0ноября\u00a02026\u00a0г. в\u00a010:00</tg-time>"},
		{"ru", "в субботу, 28 ноября, в 10:00, каб. 5", "в субботу, " + ten + "28 ноября, в 10:00</tg-time>, каб. 5"},
		{"ru", "28 ноября в 10.00 и 29 ноября в 11.00", ten + "28 ноября в 10.00</tg-time> и " + `<tg-time unix="1795928400">29 ноября в 11.00</tg-time>`},
		{"ru", "28.11.2025 в 10:00", `<tg-time unix="1764302400">28.11.2025 в 10:00</tg-time>`},
		{"ru", "29 февраля 2028 года в 10:00", `<tg-time unix="1835409600">29 февраля 2028 года в 10:00</tg-time>`},
		{"ru", "28 ноября в 10:00 утра", ten + "28 ноября в 10:00</tg-time> утра"},
		{"ru", "28 ноября, 10:00 😀", ten + "28 ноября, 10:00</tg-time> 😀"},
		{"ru", "<blockquote>😀 28 ноября в 10:00</blockquote>", "<blockquote>😀 " + ten + "28 ноября в 10:00</tg-time></blockquote>"},
		// Left alone.
		{"ky", "Жумасына 3 мартаба 10:00дө", ""},
		{"ky", "5 майор, 10:00", ""},
		{"ky", "28-нойабрь, саат 10:00", ""},
		{"ky", "28-ноябрда саат 7:00дө кечинде", ""},
		{"ky", "бейшемби күнү, 28-ноябрда саат 10:00дө", ""},
		{"ky", "Жыл сайын 28-ноябрда саат 10:00дө", ""},
		{"ky", "27 жана 28-ноябрда саат 10:00дө", ""},
		{"ky", "28-ноябрда саат 3:00дө", ""},
		{"ru", "28 ноября с 9.00 до 18.00", ""},
		{"ru", "с 27 по 28 ноября в 10:00", ""},
		{"ru", "27, 28 ноября в 10:00", ""},
		{"ru", "26-го и 28 ноября в 10:00", ""},
		{"ru", "28 ноября в 7:00 вечера", ""},
		{"ru", "28 ноября в 3:00", ""},
		{"ru", "28 ноября в 0:00 и 28 ноября в 24:00", ""},
		{"ru", "28 ноября (пятница) в 10:00", ""},
		{"ru", "в пятницу, 28 ноября, в 10:00", ""},
		{"ru", "В прошлом году, 28 ноября в 10:00", ""},
		{"ru", "Ежегодно 28 ноября в 10:00", ""},
		{"ru", "29 февраля в 10:00", ""},
		{"ru", "С 28 ноября 15.50 сома за поездку", ""},
		{"ru", "28 ноября 12.50 млн сомов", ""},
		{"ru", "28 ноября в 10.50 раза больше", ""},
		{"ru", "28 ноября, 0312 65.64, 28 ноября, 0312-65-64", ""},
		{"ru", "Закон от 28 ноября 2026 года № 10.15", ""},
		{"ru", "№ 28 ноября в 10:00", ""},
		{"ru", "ул. 8 Марта, 10:00", ""},
		{"ru", "28 ноября в 10:00 (+03:00)", ""},
		{"ru", "28 ноября в 10:00 по Сеулу", ""},
		{"ru", "28 ноября в 10:00 CET", ""},
		{"ru", "Форум в Анкаре: 28 ноября в 10:00", ""},
		{"ru", "28 ноября в 10:00, в Астане в 9:00", ""},
		{"ru", "28 ноября в 10:00, 2027 год", ""},
		{"ru", "28\u200f ноября в 10:00", ""},
		{"ru", "28 ноября | 10:00", ""},
		{"ru", "<b>28 ноября</b> в 10:00", ""},
		{"en", "28 November at 2:30", ""},
		{"en", "28 November at 10:30 p. m.", ""},
		{"en", "28 November at 10:00 in the evening", ""},
		{"en", "27 and 28 November at 10:00", ""},
		{"en", "28 November, 10.00 million soms", ""},
		{"ru", "28 ноября в 10:00–12:00", ""},
		{"ru", "28 ноября в 10:00 — 12:00", ""},
		{"ru", "27–28 ноября в 10:00", ""},
		{"ky", "27-28-ноябрда саат 10:00дө", ""},
		{"ru", "28 ноября в 10:00 (13:00 в Бишкеке)", ""},
		{"ru", "28 ноября в 10:00 по московскому времени", ""},
		{"ru", "Посольство ждёт вас 28 ноября в 10:00", ""},
		{"en", "The consulate in Seoul: 28 November at 10:00", ""},
		{"ky", "Сеулдагы консулдук: 28-ноябрь, саат 10:00", ""},
		{"ky", "Москва убактысы боюнча 28-ноябрда саат 10:00дө", ""},
		{"en", "28 November at 10:00 Seoul time", ""},
		{"en", "28 November at 14:00 p.m.", ""},
		{"ru", "31 ноября в 10:00, 28 ноября в 25:00, 28 ноября в 10:61", ""},
		{"ru", "28 мая в 10:00", ""}, // of which year?
		{"ru", "28 ноября в 10.12.2026", ""},
		{"ru", "дом 128 ноября в 10:000", ""},
		{"ru", `<a href="https://minjust.gov.kg/">28 ноября в 10:00</a>`, ""},
		{"ru", "", ""},
	} {
		want := c.want
		if want == "" {
			want = c.text
		}
		if got := r.Timed(item(c.language), c.text); got != want {
			t.Errorf("%s becomes\n%s, not\n%s", c.text, got, want)
		}
		if untimed(want) != c.text {
			t.Errorf("without moments %s is %s", want, untimed(want))
		}
	}
}

// TestWithoutMoments: a server that knows no moments gets the same message without them, and one
// that knows no quotes that open the same words without marks.
func TestWithoutMoments(t *testing.T) {
	t.Parallel()
	it := feeds.Item{ID: "aaaaaaaaaaaaaaaa", Language: "ru", Title: "Приём", Summary: "Приём 28 ноября в 10:00. " + strings.Repeat("Вход открыт. ", 40), Published: time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)}
	m := Outgoing{Message: Renderer{Zone: time.UTC, Now: later}.Item(it, nil)}
	part, found := Remedy(telegram.Malformed, m.Has)
	sent := m.Without(part).Params(1)
	if !found || part != PartTimes || sent["text"] != strings.NewReplacer(`<tg-time unix="1795860000">`, "", "</tg-time>", "").Replace(m.HTML) || sent["parse_mode"] != "HTML" {
		t.Errorf("without %v it is %v", part, sent)
	}
	part, _ = Remedy(telegram.Malformed, m.Without(part).Has)
	sent = m.Without(part).Params(1)
	if part != PartMarkup || sent["text"] != WithoutTags(m.HTML) || sent["parse_mode"] != "" || !strings.Contains(m.HTML, expandable) {
		t.Errorf("without %v it is %v", part, sent)
	}
}
