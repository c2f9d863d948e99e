package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"kabarchy/bot/locale"
	"kabarchy/bot/simulator"
	"kabarchy/bot/simulator/browsertest"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// office is the demo's press office at work, in one language: an announcement is written,
// looked at, approved, stopped, corrected and taken back. It keeps a picture of each screen;
// those in docs/press-office.*.md are some of them.
type office struct {
	visitor
	d                        *demo
	words                    locale.Locale
	text                     officeText
	reader, writer, approver *simulator.Citizen
}

// officeText is what the officer writes, with its mistake and without, and the text in the
// other language.
type officeText struct{ wrong, right, other string }

const (
	officeKyrgyz  = "Ош шаарында акысыз юридикалык кеңеш\n\nЖума күнү саат 9:00дөн %s чейин келиңиз. Паспортуңузду ала келиңиз."
	officeRussian = "Бесплатная юридическая консультация в Оше\n\nПриходите в пятницу с 9:00 до %s. Возьмите с собой паспорт."
)

var officeTexts = map[string]officeText{
	"ky": {fmt.Sprintf(officeKyrgyz, "16:00гө"), fmt.Sprintf(officeKyrgyz, "18:00гө"), fmt.Sprintf(officeRussian, "18:00")},
	"ru": {fmt.Sprintf(officeRussian, "16:00"), fmt.Sprintf(officeRussian, "18:00"), fmt.Sprintf(officeKyrgyz, "18:00гө")},
}

// officeReaders are so many that a broadcast can be stopped while it runs.
const officeReaders = 10_000

// officeOf has the press office work in a language.
func officeOf(language string) func(*testing.T, context.Context) {
	return func(t *testing.T, browser context.Context) {
		d := openDemo(t)
		phones := d.Telegram.Phones()
		o := office{
			visitor{t, browsertest.Tab(t, browser, 390, 844)}, d, locale.For(language), officeTexts[language],
			firstReader(d, language), phones[2], phones[3],
		}
		o.open()
		o.write()
		o.send("hold")
		o.stop()
		o.correct()
		o.withdraw()
	}
}

// firstReader is a citizen who gets what goes out among the first: in the order of buckets.
func firstReader(d *demo, language string) *simulator.Citizen {
	id := int64(200_000_000)
	for subscriptions.BucketOf(id) > subscriptions.Buckets/1000 {
		id++
	}
	return d.Telegram.CitizenAs(id, map[string]string{"ky": "Жылдыз", "ru": "Ольга"}[language], language)
}

// open has everybody on a phone begin, and ten thousand others be subscribed.
func (o office) open() {
	o.t.Helper()
	browsertest.Do(o.t, o.ctx, chromedp.Navigate(o.d.address()))
	o.there("body.ready")
	redistest.Fill(o.t, o.d.App.options.Redis, o.d.Telegram.Crowd(officeReaders), officeReaders,
		subscriptions.Preferences{Languages: []string{"ky"}}, subscriptions.Preferences{Languages: []string{"ru"}})
	o.click(browsertest.TestID("tab-phones"))
	for _, c := range []*simulator.Citizen{o.reader, o.writer, o.approver} {
		c.Send("/start " + o.words.Language())
		o.says(c, "✅", true)
	}
}

// write writes an announcement in two languages, looks at it and submits it.
func (o office) write() {
	o.t.Helper()
	o.asks(o.writer, "/desk", "🗞")
	o.see(o.writer, "desk")
	o.press(o.writer, o.word("desk_new"))
	o.replies(o.words, o.text.wrong)
	o.press(o.writer, "➕ "+o.other().Name())
	o.replies(o.other(), o.text.other)
	o.see(o.writer, "card")
	o.press(o.writer, o.word("desk_look"))
	o.there(o.button(o.writer, o.word("desk_submit")))
	o.see(o.writer, "preview")
	o.press(o.writer, o.word("desk_submit"))
	o.there(o.button(o.writer, o.word("desk_take_back")))
}

// send has the approver look at what waits, and send it, or have it correct the phones.
func (o office) send(held string) {
	o.t.Helper()
	approve, agree, dont, asked := "desk_approve", "desk_yes_approve", "desk_dont_send", "sure"
	if held == correcting {
		approve, agree, dont, asked = "desk_approve_correction", "desk_yes_correct", "desk_dont_correct", "sure-correction"
	}
	desk := o.asks(o.approver, "/desk", "🗞")
	title := strings.Join(strings.Fields(o.text.right)[:2], " ") // a button holds little more
	o.pressOn(desk, o.word("desk_inbox"), "📥 "+title, o.word("desk_look"))
	o.press(o.approver, o.word(approve))
	o.there(o.button(o.approver, o.word(agree)))
	o.see(o.approver, asked)
	o.press(o.approver, o.word(agree))
	o.there(o.button(o.approver, o.word(dont)))
	o.see(o.approver, held)
}

// stop has the officer stop what goes out.
func (o office) stop() {
	o.t.Helper()
	o.says(o.reader, "16:00", true)
	o.asks(o.writer, "/desk", "📤")
	o.press(o.writer, "📤")
	o.there(o.button(o.writer, o.word("desk_stop")))
	o.see(o.writer, "running")
	o.press(o.writer, o.word("desk_stop"))
	o.there(o.button(o.writer, o.word("desk_correct")))
	o.see(o.writer, "stopped")
}

// correct has the text put right on the phones that have it.
func (o office) correct() {
	o.t.Helper()
	o.press(o.writer, o.word("desk_correct"))
	o.replies(o.words, o.text.right)
	o.press(o.writer, o.word("desk_look"))
	o.press(o.writer, o.word("desk_submit"))
	o.there(o.button(o.writer, o.word("desk_take_back")))
	o.send(correcting)
	o.says(o.reader, "✏️", true)
	o.says(o.reader, "18:00", true)
	o.see(o.reader, "corrected")
	said := o.words.T("screen.desk_corrected", nil)
	o.says(o.approver, strings.TrimPrefix(strings.NewReplacer("<b>", "", "</b>", "").Replace(said), "✅ "), true) // it would move what is pressed next
}

// withdraw has the approver take it back.
func (o office) withdraw() {
	o.t.Helper()
	desk := o.asks(o.approver, "/desk", "🗞")
	today := time.Now().In(o.d.App.options.Config.Zone()).Format("02.01")
	o.pressOn(desk, o.word("desk_sent"), today, o.word("desk_withdraw"))
	o.there(o.button(o.approver, o.word("desk_yes_withdraw")))
	o.see(o.approver, "withdraw")
	o.press(o.approver, o.word("desk_yes_withdraw"))
	o.says(o.reader, "18:00", false)
}

// correcting names the picture of a correction that was approved.
const correcting = "hold-correction"

// word is what a button begins with, before its number.
func (o office) word(button string) string {
	const number = "#"
	label, _, _ := strings.Cut(o.words.T("button."+button, map[string]any{"Count": number}), number)
	return strings.TrimSpace(label)
}

// other is the language of the second text.
func (o office) other() locale.Locale {
	if o.words.Language() == "ky" {
		return locale.For("ru")
	}
	return locale.For("ky")
}

// button selects a button that begins so, on the newest message that has one: what the desk
// tells of may come below it at any time.
func (o office) button(c *simulator.Citizen, label string) string {
	button := fmt.Sprintf(`[data-testid="button"][data-label^=%q]`, label)
	return in(c, "log") + fmt.Sprintf(" > :has(%[1]s):not(:has(~ * %[1]s)) %[1]s", button)
}

func (o office) press(c *simulator.Citizen, label string) {
	o.t.Helper()
	o.click(o.button(c, label))
}

// pressOn presses one button after the other on one message: others may have the same.
func (o office) pressOn(message string, labels ...string) {
	o.t.Helper()
	for _, label := range labels {
		o.click(fmt.Sprintf(`%s [data-testid="button"][data-label^=%q]`, message, label))
	}
}

// asks sends a command, and waits for an answer that holds the text. It returns where that is.
func (o office) asks(c *simulator.Citizen, command, want string) (answered string) {
	o.t.Helper()
	messages := c.Messages()
	before := messages[len(messages)-1].ID
	c.Send(command)
	answer := -1
	err := c.Wait(deadline(o.t, wait), func(now []simulator.Message) bool {
		messages = now
		answer = slices.IndexFunc(now, func(m simulator.Message) bool { return m.Bot && m.ID > before && strings.Contains(m.Text, want) })
		return answer >= 0
	})
	if err != nil {
		o.t.Fatalf("%s: %v", command, err)
	}
	answered = fmt.Sprintf("%s [data-message=\"%d\"]", in(c, "log"), messages[answer].ID)
	o.there(answered) // the page is a little later
	return answered
}

// replies waits for the question for a language's text, answers it, and waits for the card.
// Who answers before the bot knows the number of its own question is asked what the words are.
func (o office) replies(language locale.Locale, text string) {
	o.t.Helper()
	var asked int64
	err := o.writer.Wait(deadline(o.t, wait), func(messages []simulator.Message) bool {
		for _, m := range messages {
			if m.Bot && len(m.Keyboard) == 0 && strings.Contains(m.Text, language.Name()+"\n") {
				asked = m.ID
			}
		}
		return asked != 0
	})
	if err != nil {
		o.t.Fatalf("no question for the text in %s: %v", language.Name(), err)
	}
	if _, err := o.writer.Say(simulator.Words{Text: text, ReplyTo: asked}); err != nil {
		o.t.Fatal(err)
	}
	log := fmt.Sprintf("document.querySelector(%q).textContent", in(o.writer, "log"))
	card := fmt.Sprintf("/%s: \\d/.test(%s)", language.Name(), log)
	browsertest.Wait(o.t, o.ctx, card+" || "+log+".includes('❓')")
	if slices.ContainsFunc(o.writer.Messages(), func(m simulator.Message) bool { return m.Bot && strings.Contains(m.Text, "❓") }) {
		o.press(o.writer, o.word("desk_yes"))
	}
	browsertest.Wait(o.t, o.ctx, card)
}

// see keeps a picture of a phone of the press office.
func (o office) see(c *simulator.Citizen, name string) {
	o.t.Helper()
	phone := fmt.Sprintf(`[data-testid="phone"][data-chat="%d"]`, c.ID())
	browsertest.Do(o.t, o.ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.querySelector(%q).scrollIntoView({behavior: 'instant', inline: 'center'})", phone)))
	o.settled(c, "press-office-"+name+"."+o.words.Language())
}
