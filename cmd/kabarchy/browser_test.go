package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"kabarchy/bot/simulator"
	"kabarchy/bot/simulator/browsertest"
)

// TestVisitor has two visitors use a demo each, in tabs of one browser.
func TestVisitor(t *testing.T) {
	t.Parallel()
	browser := browsertest.Open(t, 1440, 900)
	visits := map[string]func(*testing.T, context.Context){
		"publishes": visitorPublishes, "reads": visitorReads, "wonders": visitorWonders, "opens the desk's pages": visitorOpensPages,
	}
	if os.Getenv("PICTURES") == "true" { // they take the handbook's pictures and the film, and a minute
		visits["announces"], visits["announces in Russian"], visits["films"] = officeOf("ky"), officeOf("ru"), visitorFilms
	}
	for name, does := range visits {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			does(t, browser)
		})
	}
}

// visitorPublishes does in a browser what the README asks a visitor to do: the first item
// is published at the desk, and each of the two phones gets it in its own language before
// most of the crowd; the page says how many it came to. Then it is corrected and withdrawn,
// and no light is left on the map.
func visitorPublishes(t *testing.T, browser context.Context) {
	d := openDemo(t)
	v := visit(t, browser, d, 900)
	ctx, phones := v.ctx, d.Telegram.Phones()
	aigul, sergei := phones[0], phones[1]
	v.says(aigul, "✅", true) // they are subscribed: the first press of the large button comes to somebody
	v.says(sergei, "✅", true)
	v.click(browsertest.TestID("add-100"))
	browsertest.Wait(t, ctx, `document.querySelector('[data-testid=citizens]').textContent === "102"`)

	first := d.Site.Entries()[0]
	kyrgyz, russian := opening(first.Editions["ky"].Title), opening(first.Editions["ru"].Title)
	v.click(browsertest.TestID("publish"))
	v.says(aigul, kyrgyz, true)
	v.says(sergei, russian, true)
	v.says(aigul, russian, false)
	v.says(sergei, kyrgyz, false)
	for _, width := range []int64{390, 1440} { // somebody makes the window smaller in the middle of it
		browsertest.Do(t, ctx, chromedp.EmulateViewport(width, 900))
		browsertest.Wait(t, ctx, fmt.Sprintf("document.documentElement.scrollWidth <= %d && innerWidth === %[1]d", width))
	}
	browsertest.Wait(t, ctx, `parseInt(document.querySelector('[data-testid=running-sent]')?.textContent) >= 40`)
	browsertest.Wait(t, ctx, `document.querySelector('[data-testid=result]')?.textContent.startsWith('102 адам · 3 тил')`)
	browsertest.Screenshot(t, ctx, "demo")

	v.click(browsertest.TestID("correct"))
	v.says(aigul, first.Editions["ky"].Correction, true)
	v.says(sergei, first.Editions["ru"].Correction, true)
	browsertest.Screenshot(t, ctx, "demo-corrected")

	v.click(browsertest.TestID("withdraw"))
	v.click(browsertest.TestID("ask-yes"))
	v.says(aigul, kyrgyz, false)
	v.says(sergei, russian, false)
	browsertest.Wait(t, ctx, `/ 0 | 0 \//.test(document.querySelector('[data-testid=map]').ariaLabel)`)
	browsertest.Wait(t, ctx, `document.querySelectorAll('[data-testid=item]:first-child [role=progressbar]').length === 1`) // news, correction and withdrawal
}

// newcomer adds a phone, which nobody has written from yet.
func (v visitor) newcomer(d *demo) *simulator.Citizen {
	v.t.Helper()
	v.click(browsertest.TestID("add-phone"))
	browsertest.Wait(v.t, v.ctx, "document.querySelectorAll('[data-testid=phone]').length === 5")
	return d.Telegram.Phones()[4]
}

// visitor is somebody who looks at the demo's page.
type visitor struct {
	t   *testing.T
	ctx context.Context // the tab's
}

// visit opens the demo's page in a tab of the browser; its height gives the phones theirs.
func visit(t *testing.T, browser context.Context, d *demo, height int) visitor {
	t.Helper()
	v := visitor{t, browsertest.Tab(t, browser, 1440, height)}
	browsertest.Do(t, v.ctx, chromedp.Navigate(d.address()))
	v.there("body.ready")
	return v
}

// in selects something on a citizen's phone.
func in(c *simulator.Citizen, id string) string {
	return fmt.Sprintf(`[data-testid="phone"][data-chat="%d"] [data-testid=%q]`, c.ID(), id)
}

// there waits until something is to be seen.
func (v visitor) there(selector string) {
	v.t.Helper()
	browsertest.Wait(v.t, v.ctx, fmt.Sprintf("document.querySelector(%q)?.checkVisibility()", selector))
}

func (v visitor) click(selector string) {
	v.t.Helper()
	v.there(selector)
	browsertest.Click(v.t, v.ctx, selector)
}

// press presses a button below the newest message on a citizen's phone.
func (v visitor) press(c *simulator.Citizen, label string) {
	v.t.Helper()
	v.click(in(c, "log") + fmt.Sprintf(` > :last-child [data-testid="button"][data-label=%q]`, label))
}

// says waits until a citizen's phone shows a text, or until it does not.
func (v visitor) says(c *simulator.Citizen, text string, holds bool) {
	v.t.Helper()
	browsertest.Wait(v.t, v.ctx, fmt.Sprintf("document.querySelector(%q).textContent.includes(%q) === %v", in(c, "log"), text, holds))
}

// opening is as much of a title as every rendering shows.
func opening(title string) string { return strings.Join(strings.Fields(title)[:4], " ") }

// openDemo starts a demo on a free port, and ends it with the test.
func openDemo(t *testing.T) *demo {
	t.Helper()
	page, err := listen(t.Context(), "127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	health, err := listen(t.Context(), "127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	d, err := startDemo(t.Context(), page, health, slog.New(slog.NewTextHandler(testWriter{t}, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.stop(deadline(t, stopWithin)); err != nil {
			t.Error(err)
		}
	})
	return d
}
