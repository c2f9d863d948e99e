package main

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"kabarchy/bot/desk"
	"kabarchy/bot/simulator/browsertest"
)

// TestVisitorWithoutScripts has an officer and an approver work on phones whose browser runs no
// scripts: a text is written in three languages, saved, submitted, taken back, submitted and approved.
func TestVisitorWithoutScripts(t *testing.T) {
	t.Parallel()
	d := openDemo(t)
	v := visitor{t, browsertest.Open(t, 390, 844)} // of its own: the pages of two demos have the same cookies
	phones := d.Telegram.Phones()
	officer, _ := v.signsIn(d, phones[2], noScripts, browsertest.Size(390, 844))
	officer.click(fmt.Sprintf("nav a[href$='%s/new']", deskPath(phones[2].ID())))
	officer.there("#compose")
	texts := map[string][2]string{
		"ky": {"Ош шаарында акысыз кеңеш", "Жума күнү келиңиз."}, "ru": {"Бесплатная помощь в Оше", "Приходите в пятницу."},
		"en": {"Free advice in Osh", "Come on Friday."},
	}
	for _, language := range []string{"ru", "en", "ky"} {
		officer.click(fmt.Sprintf(".tabs [for=tab-%s]", language))
		for i, field := range []string{"#title-", "#text-"} {
			officer.click(field + language)
			officer.keys(texts[language][i])
		}
		for other := range texts { // one is seen at a time
			browsertest.Wait(t, officer.ctx, fmt.Sprintf("document.querySelector('#text-%s').checkVisibility() === %v", other, other == language))
		}
	}
	browsertest.Wait(t, officer.ctx, "document.querySelector('[data-marks]').hidden && !window.htmx") // they do not run
	officer.click("button[value=save]")
	officer.there(".said")
	for language, text := range texts {
		officer.click(fmt.Sprintf(".tabs [for=tab-%s]", language))
		browsertest.Wait(t, officer.ctx, fmt.Sprintf(`document.querySelector("#title-%s").value === %q`, language, text[0]))
		browsertest.Wait(t, officer.ctx, fmt.Sprintf(`document.querySelector("[data-reader=%s]").checkVisibility()`, language))
	}
	browsertest.Wait(t, officer.ctx, "document.documentElement.scrollWidth <= 390")
	browsertest.Screenshot(t, officer.ctx, "desk-page-without-scripts-390")
	officer.click("button[value=submit]")
	officer.there("form[action$='/do/takeback']")
	open, err := d.App.Desk.Open(t.Context())
	if err != nil || len(open) != 1 || open[0].Status != desk.Submitted || len(open[0].Texts) != len(texts) {
		t.Fatalf("%v %+v", err, open)
	}
	written := open[0]
	officer.click("form[action$='/do/takeback'] button")
	officer.there("#compose")
	officer.click("button[value=submit]")
	officer.there("form[action$='/do/takeback']")

	approver, _ := v.signsIn(d, phones[3], noScripts, browsertest.Size(390, 844))
	approver.click("#case-" + written.ID)
	approver.click("a[href*='/sure/approve']")
	approver.click("form[action$='/do/approve'] button")
	approver.there(".said")
	c, _, err := d.App.Desk.Look(t.Context(), written.ID)
	if err != nil || c.ApprovedBy != phones[3].ID() || c.Texts["en"].Title != texts["en"][0] {
		t.Errorf("%v %+v", err, c)
	}
}

// noScripts is a browser that runs no script of a page.
func noScripts(ctx context.Context, t *chromedp.Target) (none chromedp.Void, err error) {
	_, err = cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	return none, err
}
