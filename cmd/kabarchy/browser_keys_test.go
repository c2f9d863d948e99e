package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"kabarchy/bot/desk"
	"kabarchy/bot/simulator/browsertest"
)

// TestVisitorAtTheKeyboard writes, submits and approves an announcement by the keyboard alone, in a
// browser where no other tab comes before these.
func TestVisitorAtTheKeyboard(t *testing.T) {
	t.Parallel()
	d := openDemo(t)
	v := visit(t, browsertest.Open(t, 1440, 900), d, 900)
	phones := d.Telegram.Phones()
	officer, page := v.signsIn(d, phones[2])
	browsertest.Do(t, officer.ctx, chromedp.Navigate(page+"new"))
	officer.there("#compose")
	officer.turnsTabs()
	browsertest.Do(t, officer.ctx, browsertest.Size(1280, 900), chromedp.Navigate(page+"new"))
	officer.there("#compose")
	officer.keys(kb.Tab)
	officer.at(".skip")
	officer.keys(kb.Enter)
	officer.at("main")
	officer.tabsTo("#title-ky")
	browsertest.Do(t, officer.ctx, chromedp.KeyEvent("Кабыл алуу күндөрү"))
	officer.tabsTo("[data-marks=text-ky] [data-mark='**']")
	officer.tabsTo("#text-ky")
	browsertest.Do(t, officer.ctx, chromedp.KeyEvent("Дүйшөмбү күнү."))
	browsertest.Wait(t, officer.ctx, `document.getElementById("short").textContent !== ""`) // whom it reaches
	officer.tabsTo("button[value=submit]")                                                  // past the other languages: no field keeps the focus
	officer.keys(kb.Enter)
	officer.there(".said")
	var written desk.Case
	eventually(t, "a submitted case", func() bool {
		open, err := d.App.Desk.Open(t.Context())
		if err == nil && len(open) == 1 {
			written = open[0]
		}
		return written.Status == desk.Submitted
	})

	approver, page := v.signsIn(d, phones[3])
	browsertest.Do(t, approver.ctx, chromedp.Navigate(page))
	approver.tabsTo("#case-" + written.ID)
	approver.keys(kb.Enter)
	approver.there("a[href*='/sure/approve']")
	approver.tabsTo("a[href*='/sure/approve']")
	approver.keys(kb.Enter)
	approver.there("form[action$='/do/approve']")
	approver.tabsTo("form[action$='/do/approve'] button")
	approver.keys(kb.Enter)
	approver.there(".said")
	eventually(t, "an approved case", func() bool {
		c, _, err := d.App.Desk.Look(t.Context(), written.ID)
		return err == nil && (c.Status == desk.Approved || c.Status == desk.Sending || c.Status == desk.Sent)
	})
}

// turnsTabs goes through the languages of the page to write on, as a phone shows it, by the arrows:
// each shows its own fields alone, and the next press of Tab leads into them.
func (v visitor) turnsTabs() {
	v.t.Helper()
	browsertest.Do(v.t, v.ctx, browsertest.Size(390, 844))
	v.tabsTo("[name=tab]")
	for _, turn := range []struct{ key, language string }{
		{"", "ru"}, {kb.ArrowRight, "en"}, {kb.ArrowRight, "ky"}, {kb.ArrowLeft, "en"}, {kb.ArrowUp, "ru"}, {kb.ArrowDown, "en"},
	} {
		if turn.key != "" {
			v.keys(turn.key)
		}
		v.at("#tab-" + turn.language + ":checked")
		browsertest.Wait(v.t, v.ctx, fmt.Sprintf(`getComputedStyle(document.querySelector(".tabs [for=tab-%s]")).outlineStyle === "solid"`, turn.language))
		browsertest.Wait(v.t, v.ctx, fmt.Sprintf(`[...document.querySelectorAll("[id^=text-]")].every((e) => e.checkVisibility() === (e.lang === %q))`, turn.language))
	}
	v.keys(kb.Tab)
	v.at("#title-en")
}

func (v visitor) keys(keys string) {
	v.t.Helper()
	browsertest.Do(v.t, v.ctx, chromedp.KeyEvent(keys))
}

// at waits until the focus is on an element.
func (v visitor) at(selector string) {
	v.t.Helper()
	browsertest.Wait(v.t, v.ctx, fmt.Sprintf("document.activeElement.matches(%q)", selector))
}

// mostTabs is how often one presses Tab at most to come to anything on a page.
const mostTabs = 60

// tabsTo presses Tab until the focus is on an element, which has to show it.
func (v visitor) tabsTo(selector string) {
	v.t.Helper()
	for range mostTabs {
		v.keys(kb.Tab)
		browsertest.Wait(v.t, v.ctx, `document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle === "solid" || document.activeElement.type === "datetime-local"`) // which shows its parts
		there, err := chromedp.Run(v.ctx, chromedp.Evaluate[bool](fmt.Sprintf("document.activeElement.matches(%q)", selector)))
		if err != nil {
			v.t.Fatal(err)
		}
		if there {
			return
		}
	}
	v.t.Fatalf("%d presses of Tab do not come to %s", mostTabs, selector)
}
