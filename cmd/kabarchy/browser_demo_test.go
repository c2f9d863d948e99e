package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"kabarchy/bot/simulator/browsertest"
)

// visitorWonders has all happen in a browser that the row of what-ifs offers, on the screen of
// a small laptop; then looks at the page in each language, light and dark, wide and narrow.
func visitorWonders(t *testing.T, browser context.Context) {
	d := openDemo(t)
	v := visitor{t, browsertest.Tab(t, browser, 1280, 720)}
	browsertest.Do(t, v.ctx, chromedp.Navigate(d.address()))
	v.there("body.ready")
	v.fitsTheScreen("begin")
	v.usesTheKeyboard(d)
	v.livesInTheValleys()
	v.asksTheOperator(d)

	aigul, sergei, approver := d.Telegram.Phones()[0], d.Telegram.Phones()[1], d.Telegram.Phones()[3]
	if d.whatIfs()[0] == morningComes { // it is night already
		v.happens(morningComes)
		v.there(browsertest.TestID("what-" + nightFalls))
	}
	v.happens(nightFalls)
	v.there(browsertest.TestID("what-" + morningComes))
	v.there(browsertest.TestID("clock"))
	item := d.Site.Entries()[1]
	v.says(sergei, opening(item.Editions["ru"].Title), true)
	v.says(aigul, opening(item.Editions["ky"].Title), false)
	v.fitsTheScreen("night")
	v.happens(morningComes)
	v.says(aigul, opening(item.Editions["ky"].Title), true)
	bakyt := d.Telegram.Phones()[4]
	v.says(bakyt, "🗞", true)
	v.fitsTheScreen("morning")
	v.happens(groupJoins)
	v.there(`[data-testid="phone"].group [data-testid="button"]`)
	v.fitsTheScreen("group")
	v.happens(siteFloods)
	v.says(approver, "24", true)
	v.fitsTheScreen("flood")
	v.happens(telegramWaits)
	v.fitsTheScreen("telegram-waits")
	v.happens(programDies)
	v.fitsTheScreen("killed")
	v.happens(siteFails)
	v.there(browsertest.TestID("site-down"))
	v.fitsTheScreen("site-fails")
	v.looksEverywhere()

	v.click(browsertest.TestID("begin"))
	v.click(browsertest.TestID("ask-yes"))
	browsertest.Wait(t, v.ctx, `document.querySelectorAll('[data-testid=phone]').length === 4 && document.querySelector('[data-testid=running] .waiting')`)
}

// happens presses one of the what-ifs, twice as people do, and waits for what is said about it.
func (v visitor) happens(what string) {
	v.t.Helper()
	v.there(browsertest.TestID("what-" + what))
	press := fmt.Sprintf("document.querySelector('[data-testid=what-%s]')?.click()", what)
	browsertest.Do(v.t, v.ctx, chromedp.Evaluate[chromedp.Void](press), chromedp.Evaluate[chromedp.Void](press))
	browsertest.Wait(v.t, v.ctx, `document.querySelector('[data-testid=what-if-says]').textContent.length > 60`)
}

// fitsTheScreen keeps a picture, and finds all that matters on one screen: nothing is scrolled.
func (v visitor) fitsTheScreen(state string) {
	v.t.Helper()
	browsertest.Wait(v.t, v.ctx, `document.scrollingElement.scrollHeight <= innerHeight && document.scrollingElement.scrollWidth <= innerWidth`)
	for _, id := range []string{"tagline", "ministry", "publish", "running", "map", "what-if", "what-if-says", "links"} {
		browsertest.Wait(v.t, v.ctx, fmt.Sprintf(`((r) => r.height > 0 && r.top >= 0 && r.bottom <= innerHeight)(document.querySelector(%q).getBoundingClientRect())`, browsertest.TestID(id)))
	}
	browsertest.Screenshot(v.t, v.ctx, "demo-"+state)
}

// usesTheKeyboard publishes the first item, the warning of fraud, without a mouse, and thinks
// better of taking it down.
func (v visitor) usesTheKeyboard(d *demo) {
	v.t.Helper()
	aigul := d.Telegram.Phones()[0]
	v.says(aigul, "✅", true)
	keys := func(keys string) { v.t.Helper(); browsertest.Do(v.t, v.ctx, chromedp.KeyEvent(keys)) }
	at := func(selector string) {
		v.t.Helper()
		browsertest.Wait(v.t, v.ctx, fmt.Sprintf("document.activeElement.matches(%q)", selector))
	}
	keys(kb.Tab)
	at(".skip")
	keys(kb.Enter)
	at("main")
	for _, id := range []string{"site-address", "publish"} {
		keys(kb.Tab)
		at(browsertest.TestID(id))
		browsertest.Wait(v.t, v.ctx, "getComputedStyle(document.activeElement).outlineStyle === 'solid'")
	}
	keys(kb.Enter)
	v.says(aigul, opening(d.Site.Entries()[0].Editions["ky"].Title), true)
	at(browsertest.TestID("publish")) // of the next one
	for _, id := range []string{"draft-previous", "draft-next", "correct", "withdraw"} {
		keys(kb.Tab)
		at(browsertest.TestID(id))
	}
	keys(" ")
	v.there(browsertest.TestID("ask"))
	keys(kb.Escape)
	at(browsertest.TestID("withdraw"))
	v.says(aigul, opening(d.Site.Entries()[0].Editions["ky"].Title), true)
}

// livesInTheValleys: of ten thousand dots a sixth stand around Bishkek, and few in the mountains.
func (v visitor) livesInTheValleys() {
	v.t.Helper()
	share := func(longitude, latitude, wide, high float64) string {
		return fmt.Sprintf(`((x, y) => all.filter(([a, b]) => Math.abs(a - x) < %f / 11.1 && Math.abs(b - y) < %f / 4.3).length / all.length)(...m.place(%f, %f))`, wide, high, longitude, latitude)
	}
	browsertest.Do(v.t, v.ctx, chromedp.Evaluate[chromedp.Void](`import('/page/land.js').then((m) => { const all = m.places(10000);
		window.dots = [`+share(74.6, 42.87, 0.3, 0.2)+`, `+share(74.6, 41.0, 0.3, 0.2)+`]; })`))
	browsertest.Wait(v.t, v.ctx, "window.dots && dots[0] > 0.15 && dots[1] < 0.02")
}

// asksTheOperator follows the page's links to what an operator looks at.
func (v visitor) asksTheOperator(d *demo) {
	v.t.Helper()
	for id, path := range map[string]string{"health": "readyz", "metrics": "metrics"} {
		browsertest.Wait(v.t, v.ctx, fmt.Sprintf("document.querySelector(%q).href === %q", browsertest.TestID(id), d.operatorsAddress()+path))
	}
	if status, body := get(v.t, d.operatorsAddress()+"metrics"); status != http.StatusOK || !strings.Contains(body, "kabarchy_") {
		v.t.Errorf("the metrics: %d %.100s", status, body)
	}
}

// looksEverywhere looks at each part of the page in each language, light and dark.
func (v visitor) looksEverywhere() {
	v.t.Helper()
	for _, language := range []string{"ky", "ru", "en"} {
		for _, dark := range []bool{false, true} {
			name := language + map[bool]string{false: "-light", true: "-dark"}[dark]
			browsertest.Do(v.t, v.ctx, browsertest.Size(1280, 720), browsertest.Dark(dark))
			v.click(browsertest.TestID("lang-" + language))
			v.fitsTheScreen(name)
			browsertest.Accessible(v.t, v.ctx, name)
			browsertest.Do(v.t, v.ctx, browsertest.Size(390, 844))
			for _, part := range []string{"desk", "country", "phones"} {
				v.click(browsertest.TestID("tab-" + part))
				browsertest.Wait(v.t, v.ctx, "document.documentElement.scrollWidth <= 390")
				browsertest.Screenshot(v.t, v.ctx, "demo-"+name+"-"+part)
				if language == "ru" { // the longest words
					browsertest.Accessible(v.t, v.ctx, name+"-"+part)
				}
			}
		}
	}
	browsertest.Do(v.t, v.ctx, browsertest.Size(1280, 720), browsertest.Dark(false))
}
