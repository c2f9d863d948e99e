package main

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"kabarchy/bot/simulator"
	"kabarchy/bot/simulator/browsertest"
)

// TestVisitorOfTheDemo does in a browser what the README asks a visitor to do: two
// citizens press Start and choose their languages, the first item is published at the
// desk, and each phone gets it in its own language; then it is corrected and withdrawn.
func TestVisitorOfTheDemo(t *testing.T) {
	d := openDemo(t)
	ctx := browsertest.Open(t, 1440, 900)
	phones := d.Telegram.Phones()
	aigul, sergei := phones[0], phones[1]

	in := func(c *simulator.Citizen, id string) string {
		return fmt.Sprintf(`[data-testid="phone"][data-chat="%d"] [data-testid=%q]`, c.ID(), id)
	}
	button := func(c *simulator.Citizen, label string) string {
		return in(c, "button") + fmt.Sprintf("[data-label=%q]", label)
	}
	there := func(selector string) {
		browsertest.Wait(t, ctx, fmt.Sprintf("document.querySelector(%q)?.checkVisibility()", selector))
	}
	says := func(c *simulator.Citizen, text string, holds bool) {
		browsertest.Wait(t, ctx, fmt.Sprintf("document.querySelector(%q).textContent.includes(%q) === %v", in(c, "log"), text, holds))
	}
	click := func(selector string) {
		there(selector)
		browsertest.Do(t, ctx, chromedp.Click(chromedp.CSS(selector)))
	}

	browsertest.Do(t, ctx, chromedp.Navigate(d.address()))
	there("body.ready")
	for citizen, language := range map[*simulator.Citizen]string{aigul: "Кыргызча", sergei: "Русский"} {
		click(in(citizen, "start"))
		click(button(citizen, language))
		there(in(citizen, "edited"))
	}

	click(browsertest.TestID("add-100"))
	browsertest.Wait(t, ctx, `document.querySelector('[data-testid=citizens]').textContent === "102"`)

	first := d.Site.Entries()[0]
	kyrgyz, russian := opening(first.Editions["ky"].Title), opening(first.Editions["ru"].Title)
	click(browsertest.TestID("publish"))
	says(aigul, kyrgyz, true)
	says(sergei, russian, true)
	says(aigul, russian, false)
	says(sergei, kyrgyz, false)
	browsertest.Wait(t, ctx, `parseInt(document.querySelector('[data-testid=running-sent]')?.textContent) >= 40`)
	browsertest.Screenshot(t, ctx, "demo")

	click(browsertest.TestID("correct"))
	says(aigul, first.Editions["ky"].Correction, true)
	says(sergei, first.Editions["ru"].Correction, true)
	browsertest.Screenshot(t, ctx, "demo-corrected")

	click(browsertest.TestID("withdraw"))
	click(browsertest.TestID("ask-yes"))
	says(aigul, kyrgyz, false)
	says(sergei, russian, false)
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
	d, err := startDemo(t.Context(), page, slog.New(slog.NewTextHandler(testWriter{t}, nil)))
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
