package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"kabarchy/bot/desk"
	"kabarchy/bot/simulator"
	"kabarchy/bot/simulator/browsertest"
	"kabarchy/feeds/article"
)

// visitorOpensPages opens the desk's pages on the officer's and the approver's phones, beside
// one another; what one does the other's page shows by itself.
func visitorOpensPages(t *testing.T, browser context.Context) {
	d := openDemo(t)
	v := visit(t, browser, d, 900)
	phones := d.Telegram.Phones()
	officer, approver := phones[2], phones[3]
	v.opens(officer, "Азыр")
	v.opens(approver, "Сейчас")

	written := write(t, d, officer, "Ош шаарында акысыз кеңеш")
	v.shows(approver, "Ждёт вашего утверждения")
	v.shows(officer, "Бекитүүнү күтүүдө")
	approve := desk.Act{ID: "approve", Verb: desk.Approve, Case: written.ID, Version: written.Version, Who: approver.ID()}
	if out, err := d.App.Desk.Do(t.Context(), approve); err != nil || out.Result != desk.Acted {
		t.Fatal(out, err)
	}
	v.shows(officer, "Жокко чыгаруу")
	v.within(officer, `document.querySelector('form[action$="/do/takeback"] button').click()`)
	v.shows(officer, "Жокко чыгарылды.")
	v.shows(approver, "Черновик")
	browsertest.Screenshot(t, v.ctx, "desk-pages-phones")
	browsertest.Wait(t, v.ctx, fmt.Sprintf("(document.querySelector(%q)?.click(), document.querySelector(%q) === null)", in(officer, "app-close"), in(officer, "app")))

	v.wide(d, officer)
	v.writes(d, officer)
	v.turns(d, approver, "audit", "people", "case/"+written.ID, "item/"+v.goesOut(d), "held/"+v.isHeld(d))
}

// goesOut has the site publish something that goes out, and returns the item.
func (v visitor) goesOut(d *demo) (item string) {
	v.t.Helper()
	if err := d.editor.Publish(v.t.Context(), "1"); err != nil {
		v.t.Fatal(err)
	}
	eventually(v.t, "an item", func() bool {
		items, err := d.App.Archive.Latest(v.t.Context(), "ky", 0, 1)
		if err == nil && len(items) == 1 {
			item = items[0].ID
		}
		return item != ""
	})
	return item
}

// isHeld has the site publish old items, and returns one of them.
func (v visitor) isHeld(d *demo) (item string) {
	v.t.Helper()
	if err := d.editor.WhatIf(v.t.Context(), siteFloods); err != nil {
		v.t.Fatal(err)
	}
	eventually(v.t, "a held item", func() bool {
		held, err := d.App.Archive.Held(v.t.Context())
		if err == nil && len(held) > 0 {
			item = held[0].Item
		}
		return item != ""
	})
	return item
}

// opens opens the pages by the button of the menu, and waits for a page's head.
func (v visitor) opens(c *simulator.Citizen, head string) {
	v.t.Helper()
	c.Send("/start " + c.View().Language)
	browsertest.Wait(v.t, v.ctx, fmt.Sprintf("!['Меню', 'Menu'].includes(document.querySelector(%q).textContent)", in(c, "menu")))
	v.click(in(c, "menu"))
	v.inside(c, fmt.Sprintf("document.querySelector('h1')?.textContent === %q", head))
}

// inside waits until something is true within the page that a phone has open.
func (v visitor) inside(c *simulator.Citizen, expression string) {
	v.t.Helper()
	frame := fmt.Sprintf("document.querySelector(%q)", in(c, "app-frame"))
	browsertest.Wait(v.t, v.ctx, fmt.Sprintf("((document) => document?.body && (%s))(%s?.contentDocument)", expression, frame))
}

// within does something within that page.
func (v visitor) within(c *simulator.Citizen, script string) {
	v.t.Helper()
	v.inside(c, "("+script+", true)")
}

func (v visitor) shows(c *simulator.Citizen, text string) {
	v.t.Helper()
	v.inside(c, fmt.Sprintf("document.body.textContent.includes(%q)", text))
}

// write has somebody write an announcement and submit it.
func write(t *testing.T, d *demo, c *simulator.Citizen, title string) desk.Case {
	t.Helper()
	text := desk.Text{Title: title, Blocks: article.Paragraphs("Жума күнү келиңиз.")}
	tomorrow := time.Now().AddDate(0, 0, 1) // until then it can be taken back, however slow the browser is
	changes := &desk.Changes{Texts: map[string]*desk.Text{"ky": &text}, At: &tomorrow}
	act := desk.Act{ID: "write", Verb: desk.Write, Kind: desk.Announce, Case: "abcdefghij", Who: c.ID(), Changes: changes}
	out, err := d.App.Desk.Do(t.Context(), act)
	if err == nil {
		out, err = d.App.Desk.Do(t.Context(), desk.Act{ID: "submit", Verb: desk.Submit, Case: out.Case.ID, Version: out.Case.Version, Who: c.ID()})
	}
	if err != nil || out.Result != desk.Acted {
		t.Fatal(out, err)
	}
	return out.Case
}

// signsIn signs in on a computer by a link, in a tab of its own, which is made ready by some steps.
func (v visitor) signsIn(d *demo, c *simulator.Citizen, ready ...chromedp.Action[chromedp.Void]) (tab visitor, page string) {
	v.t.Helper()
	made, err := d.App.Desk.Login(v.t.Context(), c.ID())
	if err != nil {
		v.t.Fatal(err)
	}
	tab, page = visitor{v.t, browsertest.Tab(v.t, v.ctx, 1280, 900)}, d.pages.of(c.ID())
	browsertest.Do(v.t, tab.ctx, append(ready, chromedp.Navigate(page+"in/"+made))...)
	tab.click("form[action*='/in/'] button")
	tab.there(".now")
	return tab, page
}

// writes writes an announcement on the page for that: while one types the page shows what phones
// will show, and what was typed is there when the window opens again.
func (v visitor) writes(d *demo, c *simulator.Citizen) {
	v.t.Helper()
	tab, page := v.signsIn(d, c)
	browsertest.Do(v.t, tab.ctx, chromedp.Navigate(page+"new"))
	tab.there("#compose")
	browsertest.Wait(v.t, tab.ctx, `(() => {
		const title = document.getElementById("title-ky"), text = document.getElementById("text-ky");
		if (!window.htmx) return false;
		title.value = "Кабыл алуу күндөрү"; text.value = "Дүйшөмбүдө";
		text.setSelectionRange(0, text.value.length);
		document.querySelector("[data-marks=text-ky] [data-mark='**']").click();
		return text.value === "**Дүйшөмбүдө**";
	})()`)
	browsertest.Wait(v.t, tab.ctx, `document.querySelector("#draft .phone b + *, #draft .phone b") !== null && document.querySelector("#draft").textContent.includes("Дүйшөмбүдө")`)
	tab.typesWithoutALine()
	tab.bringsTooMuch()
	browsertest.Do(v.t, tab.ctx, chromedp.Navigate(page+"sources")) // unasked: it is kept
	browsertest.Do(v.t, tab.ctx, chromedp.NavigateBack())
	browsertest.Do(v.t, tab.ctx, chromedp.Reload())
	browsertest.Wait(v.t, tab.ctx, `document.getElementById("text-ky")?.value === "**Дүйшөмбүдө**"`)
	tab.looks("new")
	for _, path := range []string{"queue", "sent", "readers", "sources"} {
		browsertest.Do(v.t, tab.ctx, chromedp.Navigate(page+path))
		tab.looks(path)
	}
}

// bringsTooMuch chooses a picture that is too large: that is said before it is sent.
func (v visitor) bringsTooMuch() {
	v.t.Helper()
	const chosen = `((size) => {
		const file = document.getElementById("file"), files = new DataTransfer();
		if (size) files.items.add(new File([new Uint8Array(size)], "photo.jpg"));
		file.files = files.files;
		file.dispatchEvent(new Event("change", {bubbles: true}));
		return file.validationMessage;
	})`
	browsertest.Wait(v.t, v.ctx, chosen+`(10 * 1024 * 1024 + 1).includes("10 МБ")`)
	browsertest.Wait(v.t, v.ctx, chosen+`(10 * 1024 * 1024) === "" && `+chosen+`(0) === ""`)
}

// typesWithoutALine types while nothing is answered: it is kept when the line is back.
func (v visitor) typesWithoutALine() {
	v.t.Helper()
	browsertest.Do(v.t, v.ctx, lineIs(network.Conditions{Offline: true}))
	browsertest.Wait(v.t, v.ctx, `(() => {
		document.addEventListener("htmx:sendError", () => { window.lost = true; });
		const title = document.getElementById("title-ky");
		title.value = "Кабыл алуу убактысы";
		return title.dispatchEvent(new Event("input", {bubbles: true}));
	})()`)
	browsertest.Wait(v.t, v.ctx, "window.lost")
	browsertest.Do(v.t, v.ctx, lineIs(network.Conditions{DownloadThroughput: -1, UploadThroughput: -1}))
	browsertest.Wait(v.t, v.ctx, `document.querySelector("#draft").textContent.includes("Кабыл алуу убактысы")`)
}

// turns looks at pages of somebody.
func (v visitor) turns(d *demo, c *simulator.Citizen, paths ...string) {
	v.t.Helper()
	tab, page := v.signsIn(d, c)
	for _, path := range paths {
		browsertest.Do(v.t, tab.ctx, chromedp.Navigate(page+path))
		tab.looks(path)
	}
}

// looks looks at a page as people do who see or press otherwise, on a computer and on a phone.
func (v visitor) looks(name string) {
	v.t.Helper()
	for _, width := range []int{1280, 390} {
		browsertest.Do(v.t, v.ctx, browsertest.Size(width, 844), browsertest.Dark(width == 390))
		browsertest.Wait(v.t, v.ctx, fmt.Sprintf("document.querySelector('h1') !== null && document.documentElement.scrollWidth <= %d", width))
		browsertest.Wait(v.t, v.ctx, `[...document.querySelectorAll("nav a, .tabs label, .button, button")].every((e) => !e.checkVisibility() || e.getBoundingClientRect().height >= 44)`)
		browsertest.Accessible(v.t, v.ctx, fmt.Sprintf("%s at %d px", name, width))
		browsertest.Screenshot(v.t, v.ctx, fmt.Sprintf("desk-page-%s-%d", strings.SplitN(name, "/", 2)[0], width))
	}
}

// wide signs in on a computer by a link, keeps pictures of the first page, and tells how long a
// slow line makes one wait for it.
func (v visitor) wide(d *demo, c *simulator.Citizen) {
	v.t.Helper()
	tab, page := v.signsIn(d, c)
	for name, width := range map[string]int64{"desk-pages-1280": 1280, "desk-pages-390": 390} {
		for _, dark := range []bool{false, true} {
			browsertest.Do(v.t, tab.ctx, browsertest.Size(int(width), 844), browsertest.Dark(dark))
			browsertest.Wait(v.t, tab.ctx, fmt.Sprintf("document.documentElement.scrollWidth <= %d", width))
			browsertest.Wait(v.t, tab.ctx, `[...document.querySelectorAll("a:not(.skip), button")].every((e) => e.getBoundingClientRect().height >= 44)`)
			browsertest.Screenshot(v.t, tab.ctx, fmt.Sprintf("%s-dark-%v", name, dark))
		}
	}
	browsertest.Do(v.t, tab.ctx, slowLine, chromedp.Navigate(page))
	tab.there(".now")
	passed, err := chromedp.Run(tab.ctx, chromedp.Evaluate[[]float64](`((n) => [n.responseStart, n.responseEnd,
		performance.getEntriesByName("first-contentful-paint")[0].startTime].map((at) => at - n.requestStart))(performance.getEntriesByType("navigation")[0])`))
	if err != nil {
		v.t.Fatal(err)
	}
	v.t.Logf("first paint %.0f ms after the request, on a line of 1.6 Mbit/s with 150 ms to answer; the page began to come after %.0f ms and was there after %.0f",
		passed[2], passed[0], passed[1])
}

// slowLine is a line as of 3G, on which nothing is kept from before.
func slowLine(ctx context.Context, t *chromedp.Target) (none chromedp.Void, err error) {
	if _, err := cdp.Call(ctx, t, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}); err != nil {
		return none, err
	}
	return lineIs(network.Conditions{Latency: 150, DownloadThroughput: 200_000, UploadThroughput: 90_000})(ctx, t)
}

// lineIs has a page loaded over some line.
func lineIs(c network.Conditions) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (none chromedp.Void, err error) {
		_, err = cdp.Call(ctx, t, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{&c},
		})
		return none, err
	}
}
