package page_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"kabarchy/bot/simulator"
	"kabarchy/bot/simulator/browsertest"
	"kabarchy/bot/simulator/page"
	"kabarchy/bot/telegram"
)

// scriptedBot answers /start and presses until the test ends.
func scriptedBot(t *testing.T, w *fixture) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	t.Cleanup(func() { cancel(); <-done })
	go func() {
		defer close(done)
		for offset := int64(0); ctx.Err() == nil; {
			var heard []telegram.Update
			asked := map[string]string{"offset": strconv.FormatInt(offset, 10), "timeout": "1"}
			if err := w.bot.Call(ctx, "getUpdates", asked, &heard); err != nil {
				continue // the test is over, or about to say so itself
			}
			for _, u := range heard {
				offset = u.ID + 1
				if err := w.react(ctx, u); err != nil && ctx.Err() == nil {
					t.Errorf("the bot: %v", err)
				}
			}
		}
	}()
}

// greeting is what the scripted bot says first.
const greeting = "<b>Саламатсызбы!</b> Здравствуйте! Hello!\n" +
	"<blockquote expandable>Кайсы тилде окуйсуз?\nНа каком языке читать?\nWhich language?\nТандаңыз.</blockquote>" +
	"<tg-spoiler>1924</tg-spoiler>"

var choices = [][]telegram.Button{
	{{Text: "Кыргызча", Data: "ky"}, {Text: "Русский", Data: "ru"}, {Text: "English", Data: "en"}},
	{{Text: "?", Data: "alert"}, {Text: "Сайт", URL: "https://minjust.gov.kg"}},
}

// react is what the scripted bot does.
func (w *fixture) react(ctx context.Context, u telegram.Update) error {
	switch {
	case u.Message != nil && strings.HasPrefix(u.Message.Text, "/start"):
		return w.bot.Call(ctx, "sendMessage", map[string]string{
			"chat_id": strconv.FormatInt(u.Message.Chat.ID, 10), "parse_mode": "HTML", "text": greeting,
			"reply_markup": telegram.Keyboard(choices),
		}, nil)
	case u.Callback != nil && u.Callback.Data == "alert":
		alert := map[string]string{"callback_query_id": u.Callback.ID, "text": "Тилди тандаңыз.", "show_alert": "true"}
		return w.bot.Call(ctx, "answerCallbackQuery", alert, nil)
	case u.Callback != nil:
		toast := map[string]string{"callback_query_id": u.Callback.ID, "text": "✓"}
		if err := w.bot.Call(ctx, "answerCallbackQuery", toast, nil); err != nil {
			return err
		}
		m := u.Callback.Message
		return w.bot.Call(ctx, "editMessageText", map[string]string{
			"chat_id": strconv.FormatInt(m.Chat.ID, 10), "message_id": strconv.FormatInt(m.ID, 10),
			"text": "Рахмат! Эми жаңылыктар кыргызча келет.",
		}, nil)
	}
	return nil
}

// item sends an item as a push: a picture with a caption.
func item(t testing.TB, w *fixture, chat int64, title string) {
	t.Helper()
	w.call(t, "sendPhoto", map[string]string{
		"chat_id": strconv.FormatInt(chat, 10), "photo": w.url + "/page/emblem.svg", "parse_mode": "HTML",
		"caption": "<b>" + title + "</b>\n<i>22-ноябрь, 2018-жыл</i>\n\nКонференцияга 60тан ашуун өлкөнүн өкүлдөрү катышты.",
		"reply_markup": telegram.Keyboard([][]telegram.Button{
			{{Text: "Толук окуу", Data: "read"}, {Text: "Сайтта", URL: "https://minjust.gov.kg"}},
		}),
	}, nil)
}

// TestPageInBrowser does what a visitor does: Start, a press, and sees the edit, the
// push and the country; on a desk's screen and on a phone's.
func TestPageInBrowser(t *testing.T) {
	t.Parallel()
	browser := browsertest.Open(t, 1440, 900)
	for _, test := range []struct {
		name          string
		width, height int
	}{{"desktop", 1440, 900}, {"phone", 360, 740}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			visit(t, browsertest.Tab(t, browser, test.width, test.height), test.name, test.width)
		})
	}
}

func visit(t *testing.T, ctx context.Context, name string, width int) {
	narrow := width < 600
	officer := &desk{state: deskState()}
	w := start(t, officer)
	for _, command := range []map[string]string{
		{"command": "latest", "description": "Акыркы жаңылыктар"}, {"command": "help", "description": "Бот боюнча жардам"},
	} {
		w.call(t, "setMyCommands", map[string]string{"commands": jsonOf(t, []any{command})}, nil)
	}
	w.call(t, "setMyDescription", map[string]string{"description": "Министрликтин жаңылыктары — сиздин тилиңизде."}, nil)
	aigul := w.Citizen("Айгүл", "ky")
	w.Citizen("Сергей", "ru")
	crowd := w.Crowd(400)
	scriptedBot(t, w)

	inPhone := func(id string) string {
		return fmt.Sprintf(`[data-testid="phone"][data-chat="%d"] [data-testid=%q]`, aigul.ID(), id)
	}
	button := func(label string) string { return inPhone("button") + fmt.Sprintf("[data-label=%q]", label) }
	click := func(selector string) { browsertest.Click(t, ctx, selector) }
	wait := func(expression string, args ...any) { browsertest.Wait(t, ctx, fmt.Sprintf(expression, args...)) }
	there := func(selector string) { wait("document.querySelector(%q)?.checkVisibility()", selector) }
	tab := func(view string) {
		if narrow {
			click(browsertest.TestID("tab-" + view))
		}
	}

	browsertest.Do(t, ctx, chromedp.Navigate(w.url))
	there("body.ready")
	if got := browsertest.Text(t, ctx, browsertest.TestID("citizens")); got != "402" {
		t.Errorf("there are %s citizens", got)
	}
	browsertest.Screenshot(t, ctx, "page-"+name+"-begin")

	tab("phones")
	click(inPhone("start"))
	there(button("Кыргызча"))
	staysUnderTheFinger(t, ctx, w, aigul, button("?"))
	click(button("?"))
	there(inPhone("alert"))
	click(inPhone("alert-ok"))
	wait("!document.querySelector(%q)", inPhone("alert"))
	wait("document.querySelector(%q).rel === 'noopener noreferrer'", button("Сайт"))
	click(button("Кыргызча"))
	there(inPhone("toast"))
	wait("document.querySelector(%q).textContent.includes('Рахмат')", inPhone("log"))
	if got := browsertest.Text(t, ctx, inPhone("log")); !strings.Contains(got, "Рахмат! Эми жаңылыктар кыргызча келет.") || strings.Contains(got, "Здравствуйте") {
		t.Errorf("the phone shows %q", got)
	}

	tab("desk")
	click(browsertest.TestID("publish"))
	officer.wasAsked(t, "publish d1")
	for i := range int64(300) {
		w.write(t, crowd+i, "Жаңылык")
	}
	tab("country")
	wait("document.querySelector('[data-testid=map]').ariaLabel.includes('300 / 402')")
	browsertest.Screenshot(t, ctx, "page-"+name+"-country")
	browsertest.Do(t, ctx, browsertest.Dark(true))
	tab("desk")
	click(browsertest.TestID("lang-ru"))
	wait("document.querySelector('[data-testid=ministry]').textContent.startsWith('Министерство')")
	browsertest.Screenshot(t, ctx, "page-"+name+"-dark")
	wait("document.documentElement.scrollWidth <= %d", width)
	click(browsertest.TestID("correct"))
	wait("document.querySelector('[data-testid=note]').textContent === 'Это действие пока недоступно.'")
	click(browsertest.TestID("withdraw"))
	click(browsertest.TestID("ask-yes"))
	wait("document.querySelector('[data-testid=note]').textContent === 'Не получилось. Попробуйте ещё раз чуть позже.'") // and no word of the printer
	browsertest.Do(t, ctx, browsertest.Dark(false))

	tab("phones")
	wait("!document.querySelector(%q)", inPhone("toast")) // what comes so long after a press is no answer
	item(t, w, aigul.ID(), "Юстиция министрлигинин өкүлдөрү эл аралык конференцияга катышышты")
	wait("document.querySelector(%q)?.getAnimations().length === 0", inPhone("banner"))
	browsertest.Screenshot(t, ctx, "page-"+name+"-push")

	tab("phones")
	wait("document.querySelector(%[1]q)?.click() || !document.querySelector(%[1]q)", inPhone("banner"))
	click(inPhone("phone-menu"))
	click(inPhone("block"))
	there(inPhone("foot-unblock"))
	if !aigul.View().Blocked {
		t.Error("the bot is not blocked")
	}
	click(inPhone("foot-unblock"))
	browsertest.Do(t, ctx, chromedp.SendKeys(chromedp.CSS(inPhone("input")), "Рахмат\n"))
	waitFor(t, aigul, "Рахмат")
	answersAQuestion(t, ctx, w, aigul, inPhone)
	click(browsertest.TestID("add-phone"))
	wait("document.querySelectorAll('[data-testid=phone]').length === 3")
	browsertest.Screenshot(t, ctx, "page-"+name+"-three")
}

// staysUnderTheFinger has a message change between a finger's down and up on its button: a button
// that is drawn anew meanwhile is not pressed.
func staysUnderTheFinger(t *testing.T, ctx context.Context, w *fixture, c *simulator.Citizen, button string) {
	t.Helper()
	finger := func(does string) {
		browsertest.Do(t, ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
			"window.pressed ??= document.querySelector(%q); pressed.dispatchEvent(new PointerEvent(%q, {bubbles: true}))", button, does)))
	}
	change := func(text string) {
		shown := c.Messages()
		w.call(t, "editMessageText", map[string]string{
			"chat_id": strconv.FormatInt(c.ID(), 10), "message_id": strconv.FormatInt(shown[len(shown)-1].ID, 10),
			"parse_mode": "HTML", "text": text, "reply_markup": telegram.Keyboard(choices),
		}, nil)
	}
	finger("pointerdown")
	change("…")
	w.Phones()[1].Send("Новость") // once it is on the next phone, the change came to the page, too
	browsertest.Wait(t, ctx, "[...document.querySelectorAll('[data-testid=log]')].some((log) => log.textContent.includes('Новость'))")
	browsertest.Wait(t, ctx, "pressed.isConnected")
	finger("pointerup")
	browsertest.Wait(t, ctx, "!pressed.isConnected")
	change(greeting)
	browsertest.Wait(t, ctx, fmt.Sprintf("document.querySelector(%q).closest('[data-testid=message]').textContent.includes('Здравствуйте')", button))
}

// answersAQuestion has the bot ask the person, who answers it.
func answersAQuestion(t *testing.T, ctx context.Context, w *fixture, c *simulator.Citizen, inPhone func(string) string) {
	t.Helper()
	var asked telegram.Sent
	w.call(t, "sendMessage", map[string]string{
		"chat_id": strconv.FormatInt(c.ID(), 10), "text": "Тексти?", "reply_markup": telegram.ForceReply("Аталышы"),
	}, &asked)
	browsertest.Wait(t, ctx, fmt.Sprintf("document.querySelector(%q).placeholder === 'Аталышы'", inPhone("input")))
	browsertest.Wait(t, ctx, fmt.Sprintf("document.querySelector(%q).checkVisibility()", inPhone("asked")))
	browsertest.Do(t, ctx, chromedp.SendKeys(chromedp.CSS(inPhone("input")), "Жардам\n"))
	waitFor(t, c, "Жардам")
	shown := c.Messages()
	if answer := shown[len(shown)-1]; answer.ReplyTo != asked.ID {
		t.Errorf("the answer is one to message %d, not %d", answer.ReplyTo, asked.ID)
	}
	browsertest.Wait(t, ctx, fmt.Sprintf("!document.querySelector(%q).checkVisibility()", inPhone("asked")))
}

func waitFor(t *testing.T, c *simulator.Citizen, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := c.Wait(ctx, func(all []simulator.Message) bool { return len(all) > 0 && all[len(all)-1].Text == text }); err != nil {
		t.Error(err)
	}
}

func deskState() page.DeskState {
	titles := map[string]string{"ky": "Акысыз юридикалык жардам: кимге жана кайда берилет", "ru": "Бесплатная юридическая помощь: кому и где её оказывают", "en": "Free legal aid: who can get it, and where"}
	return page.DeskState{
		Ministry:  map[string]string{"ky": "Кыргыз Республикасынын Юстиция министрлиги", "ru": "Министерство юстиции Кыргызской Республики", "en": "Ministry of Justice of the Kyrgyz Republic"},
		Drafts:    []page.Draft{{ID: "d1", Titles: titles}, {ID: "d2", Titles: titles}},
		Published: []page.Published{{ID: "p1", Titles: titles, Items: []string{"p1-ky"}, PublishedAt: time.Now(), CanCorrect: true, CanWithdraw: true}},
		Broadcasts: []page.Broadcast{{ID: 1, Kind: "news", Item: "p1-ky", Title: titles["ky"], Language: "ky", Planned: 402, Sent: 300, Blocked: 2, ToGo: 100, Rate: 29.6,
			PlannedAt: time.Now(), ExpectedEnd: time.Now().Add(time.Minute), Urgent: true}},
		Audience: page.Audience{Active: map[string]int{"ky": 241, "ru": 121, "en": 40}, Total: 410, Stopped: 6, Blocked: 2},
	}
}

func TestPageNeedsNoNetwork(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	for _, path := range []string{"/", "/page/page.css", "/page/desk.css", "/page/phone.css", "/page/message.css", "/page/main.js"} {
		response, body := get(t, w, path)
		if response.StatusCode != http.StatusOK || strings.Contains(body, "://") {
			t.Errorf("%s asks somebody else", path)
		}
	}
}
