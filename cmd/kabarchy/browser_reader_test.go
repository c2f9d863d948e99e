package main

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"kabarchy/bot/simulator"
	"kabarchy/bot/simulator/browsertest"
)

// visitorReads is a citizen of Osh who sets what comes and when, gets an alert, reads
// it page by page and searches: all of it on one phone of the demo's page. It keeps a
// picture of each screen; three of them are in the README.
func visitorReads(t *testing.T, browser context.Context) {
	d := openDemo(t)
	v := visit(t, browser, d, 1000)
	aigul := v.newcomer(d)

	v.click(in(aigul, "start"))
	v.says(aigul, "Тилди тандаңыз", true)
	v.keep(aigul, "start")
	v.press(aigul, "Кыргызча")
	v.says(aigul, "Жазылдыңыз", true)
	v.keep(aigul, "subscribed")
	v.settings(aigul)

	for range 2 {
		v.click(browsertest.TestID("draft-next"))
	}
	v.click(browsertest.TestID("publish"))
	law := d.Site.Entries()[2].Editions["ky"]
	v.says(aigul, law.Title, true)
	v.says(aigul, "🏷 Юридикалык жардам", true)
	v.settled(aigul, "alert")
	v.press(aigul, "📖 Толук окуу")
	v.says(aigul, law.Paragraphs(false)[2], true)
	v.press(aigul, "🌐 Русский")
	v.says(aigul, "⬅️ Назад", true)
	v.press(aigul, "🌐 Кыргызча")
	v.press(aigul, "⬅️ Артка")
	v.says(aigul, "↗️ Бөлүшүү", true)

	v.click(browsertest.TestID("draft-previous")) // the last one: the conference
	v.click(browsertest.TestID("publish"))
	v.there(`[data-testid="item"]:nth-child(2)`) // not on her topic: it comes to nobody's phone
	browsertest.Do(t, v.ctx, chromedp.SendKeys(chromedp.CSS(in(aigul, "input")), "конференциянын резолюциясы\n"))
	v.says(aigul, "1 кабар табылды", true)
	v.keep(aigul, "search")
	v.press(aigul, "1")
	v.says(aigul, "🏷 Министрликтин иши", true)
	v.press(aigul, "📖 Толук окуу")
	v.says(aigul, "1 / 2", true)
	v.press(aigul, "▶")
	v.says(aigul, "2 / 2", true)
	v.settled(aigul, "reading")
	v.press(aigul, "◀")
	v.says(aigul, "1 / 2", true)
	v.press(aigul, "⬅️ Артка")
	v.says(aigul, "🏷 Министрликтин иши", true)
	v.press(aigul, "⬅️ Артка")
	v.says(aigul, "1 кабар табылды", true)
}

// settings goes through the screens of the settings, and leaves it at alerts on legal aid
// in two languages.
func (v visitor) settings(c *simulator.Citizen) {
	v.t.Helper()
	step := func(label, then string) { // who is asked for patience presses again
		v.t.Helper()
		v.press(c, label)
		phone := fmt.Sprintf(`[data-testid="phone"][data-chat="%d"]`, c.ID())
		browsertest.Wait(v.t, v.ctx, fmt.Sprintf(`(() => {
			const phone = document.querySelector(%q);
			if (phone.querySelector('[data-testid="log"]').textContent.includes(%q)) return true;
			const toast = phone.querySelector('[data-testid="toast"]');
			if (toast) { toast.remove(); phone.querySelector('[data-testid="log"] > :last-child [data-testid="button"][data-label=%q]')?.click(); }
			return false;
		})()`, phone, then, label))
	}
	step("⚙️ Жөндөөлөр", "🖼 Сүрөттөр: бар")
	step("🌐 Тил: Кыргызча", "Кайсы тилди")
	step("📰 Дагы башка тилдер", "⭐ белгиси бар")
	step("Русский", "⭐ Негизги")
	v.keep(c, "languages")
	step("⬅️ Артка", "Кайсы тилди")
	step("⬅️ Артка", "Кыргызча, Русский")
	step("🏷 Темалар: баары", "Кайсы темалар")
	step("Юридикалык жардам", "✅ Юридикалык жардам")
	v.keep(c, "topics")
	step("⬅️ Артка", "Темалар: Юридикалык жардам")
	step("🕘 Чыгары менен", "дароо келсинби")
	step("Жумасына бир жолу", "бир жолу, Дүй")
	step("Жум", "бир жолу, Жум")
	v.keep(c, "when")
	step("⚡ Дароо", "✅ ⚡ Дароо")
	step("⬅️ Артка", "🕘 Чыгары менен")
	step("🌙 Тынч убакыт: жок", "✅ Тынч убакыт жок")
	step("22:00–8:00", "✅ 22:00–8:00")
	step("⏳ Эртең менен келсин", "✅ ⏳ Эртең менен келсин")
	v.keep(c, "quiet")
	step("Тынч убакыт жок", "✅ Тынч убакыт жок")
	step("⬅️ Артка", "Тынч убакыт: жок")
	v.keep(c, "settings")
}

// settled keeps a picture of the phone when nothing lies above its newest message and
// its pictures are there.
func (v visitor) settled(c *simulator.Citizen, name string) {
	v.t.Helper()
	browsertest.Wait(v.t, v.ctx, fmt.Sprintf("document.querySelector(%[1]q)?.click() || !document.querySelector(%[1]q)", in(c, "banner")))
	browsertest.Wait(v.t, v.ctx, fmt.Sprintf("[...document.querySelector(%q).querySelectorAll('img')].every((i) => i.complete)", in(c, "log")))
	browsertest.Do(v.t, v.ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.querySelector(%[1]q).scrollTop = document.querySelector(%[1]q).scrollHeight", in(c, "log"))))
	v.keep(c, name)
}

// keep keeps a picture of a citizen's phone as .artifacts/phone-<name>.png.
func (v visitor) keep(c *simulator.Citizen, name string) {
	v.t.Helper()
	phone := fmt.Sprintf(`[data-testid="phone"][data-chat="%d"] .phone`, c.ID())
	browsertest.ScreenshotOf(v.t, v.ctx, "phone-"+name, phone)
}
