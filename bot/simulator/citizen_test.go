package simulator_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/simulator"
)

func TestCitizenSpeaks(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky")
	id := aida.Send("/start topic-law")
	up := w.last(t)
	if m := up.Message; up.ID != id || m.Text != "/start topic-law" || m.From.ID != aida.ID() || m.From.LanguageCode != "ky" ||
		m.Chat.ID != aida.ID() || m.Chat.Type != "private" || m.Date != w.clock.Now().Unix() {
		t.Errorf("the bot heard %+v", up.Message)
	}
	if e := up.Message.Entities; len(e) != 1 || e[0].Type != "bot_command" || e[0].Length != 6 {
		t.Errorf("entities %+v", e)
	}
	if _, known := w.Chat(aida.ID()); !known || len(w.Phones()) != 1 || w.Phones()[0].ID() != aida.ID() {
		t.Error("the phone is not known")
	}
}

func TestPress(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	rows := keyboard([]simulator.Button{tap("Кыргызча", "lang:ky"), {Text: "Сайт", URL: "https://minjust.gov.kg/"}})
	old := must[message](t, w, "sendMessage", params{"chat_id": aida.ID(), "text": "old", "reply_markup": rows})
	young := must[message](t, w, "sendMessage", params{"chat_id": aida.ID(), "text": "new", "reply_markup": rows})

	press, err := aida.Tap("Кыргызча")
	if err != nil {
		t.Fatal(err)
	}
	up := w.last(t)
	if c := up.Callback; up.ID != press.Update || c.Data != "lang:ky" || c.Message.ID != young.ID || c.From.ID != aida.ID() {
		t.Errorf("the bot heard %+v", c)
	}
	answer := params{"callback_query_id": up.Callback.ID, "text": "Болду", "show_alert": true}
	must[bool](t, w, "answerCallbackQuery", answer)
	if got, err := press.Answer(t.Context()); err != nil || got.Text != "Болду" || !got.Alert {
		t.Errorf("the person sees %+v, %v", got, err)
	}
	if got := w.call(t, "answerCallbackQuery", answer); got.Code != 400 {
		t.Errorf("a second answer is answered %d", got.Code)
	}

	if _, err := aida.TapOn(old.ID, "Кыргызча"); err != nil {
		t.Error(err)
	} else if got := w.last(t).Callback.Message.ID; got != old.ID {
		t.Errorf("pressed on %d, want %d", got, old.ID)
	}
	if _, err := aida.TapData("lang:ky"); err != nil {
		t.Error(err)
	}
	if _, err := aida.TapRaw(old.ID, "forged"); err != nil {
		t.Error(err)
	} else if got := w.last(t).Callback.Data; got != "forged" {
		t.Errorf("data %q", got)
	}
	if err := aida.Press("Русский"); !errors.Is(err, simulator.ErrNoButton) || !strings.Contains(err.Error(), "[Кыргызча]") {
		t.Errorf("pressing a button that is not there: %v", err)
	}
	if err := aida.Press("Сайт"); !errors.Is(err, simulator.ErrNotCallback) {
		t.Errorf("pressing a link: %v", err)
	}
	if _, err := aida.TapOn(99, "Кыргызча"); !errors.Is(err, simulator.ErrNoMessage) {
		t.Errorf("pressing on a message that is not there: %v", err)
	}
}

func TestBlockAndReturn(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	aida.Block()
	aida.Block()
	if ups := w.updates(t); len(ups) != 1 || ups[0].MyMember.Old.Status != "member" || ups[0].MyMember.New.Status != "kicked" {
		t.Errorf("on block the bot heard %+v", ups)
	}
	aida.Send("/start")
	ups := w.updates(t)
	if len(ups) != 2 || ups[0].MyMember == nil || ups[0].MyMember.New.Status != "member" || ups[1].Message == nil {
		t.Errorf("on return the bot heard %+v", ups)
	}
	w.send(t, aida.ID(), "welcome back")
}

func TestWaitAndWatch(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	watch := w.Watch()
	defer watch.Close()
	waited := make(chan error, 1)
	go func() {
		waited <- aida.Wait(t.Context(), func(ms []simulator.Message) bool { return len(ms) == 3 && ms[2].Text == "c" })
	}()
	for _, text := range []string{"a", "b", "c"} {
		w.send(t, aida.ID(), text)
	}
	if err := <-waited; err != nil {
		t.Error(err)
	}
	<-watch.C
	if got := watch.Take(); len(got) != 1 || got[0] != aida.ID() {
		t.Errorf("changed: %v", got)
	}
}

func TestChatsAreBounded(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	first := w.send(t, aida.ID(), "a")
	for range simulator.KeptMessages {
		w.send(t, aida.ID(), "a")
	}
	if got := len(aida.History()); got != simulator.KeptMessages {
		t.Errorf("%d messages kept, want %d", got, simulator.KeptMessages)
	}
	if got := w.Received(aida.ID()); got != simulator.KeptMessages+1 {
		t.Errorf("%d received, want %d", got, simulator.KeptMessages+1)
	}
	if got := w.call(t, "editMessageText", params{"chat_id": aida.ID(), "message_id": first.ID, "text": "b"}); got.Description != "Bad Request: message to edit not found" {
		t.Errorf("a forgotten message: %q", got.Description)
	}
}

func TestSendAndEdit(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	rows := keyboard([]simulator.Button{tap("A", "a")})
	sent := must[message](t, w, "sendMessage", params{
		"chat_id": aida.ID(), "text": "<b>a</b> https://minjust.gov.kg", "parse_mode": "HTML", "reply_markup": rows,
		"disable_notification": true, "protect_content": true,
	})
	got := aida.Messages()[0]
	if got.Text != "a https://minjust.gov.kg" || !got.Silent || !got.Protected || !got.Bot || got.Preview != "https://minjust.gov.kg" {
		t.Errorf("the phone shows %+v", got)
	}
	w.clock.Move(1e9)
	edited := must[message](t, w, "editMessageText", params{
		"chat_id": aida.ID(), "message_id": sent.ID, "text": "b", "link_preview_options": params{"is_disabled": true},
	})
	if edited.EditDate != edited.Date+1 || edited.ReplyMarkup != nil {
		t.Errorf("edited: %+v", edited)
	}
	withButtons := must[message](t, w, "editMessageReplyMarkup", params{"chat_id": aida.ID(), "message_id": sent.ID, "reply_markup": rows})
	if withButtons.ReplyMarkup.Keyboard[0][0].Data != "a" || withButtons.Text != "b" {
		t.Errorf("with a keyboard: %+v", withButtons)
	}
	picture := must[message](t, w, "editMessageMedia", params{
		"chat_id": aida.ID(), "message_id": sent.ID,
		"media": params{"type": "photo", "media": "https://minjust.gov.kg/a.jpg", "caption": "<i>c</i>", "parse_mode": "HTML"},
	})
	if picture.Caption != "c" || len(picture.Photo) == 0 {
		t.Errorf("with a picture: %+v", picture)
	}
	must[message](t, w, "editMessageCaption", params{"chat_id": aida.ID(), "message_id": sent.ID, "caption": ""})
	if got := aida.Messages(); len(got) != 1 || got[0].Text != "" || got[0].Photo != "https://minjust.gov.kg/a.jpg" {
		t.Errorf("the phone shows %+v", got)
	}
	reply := must[message](t, w, "sendMessage", params{"chat_id": aida.ID(), "text": "r", "reply_parameters": params{"message_id": sent.ID}})
	if reply.ReplyTo == nil || reply.ReplyTo.ID != sent.ID {
		t.Errorf("reply: %+v", reply)
	}
	must[bool](t, w, "deleteMessages", params{"chat_id": aida.ID(), "message_ids": []int64{sent.ID, 9999}})
	if shown, kept := aida.Messages(), aida.History(); len(shown) != 1 || len(kept) != 2 || !kept[0].Deleted {
		t.Errorf("after deleting: shown %+v, kept %+v", shown, kept)
	}
	if got := w.Stats(); got.Accepted != 2 || got.Edited != 4 || got.Deleted != 1 {
		t.Errorf("stats %+v", got)
	}
}

func TestTyping(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	must[bool](t, w, "sendChatAction", params{"chat_id": aida.ID(), "action": "typing"})
	if !aida.View().Typing {
		t.Error("the bot is not seen typing")
	}
	w.clock.Move(6e9)
	if aida.View().Typing {
		t.Error("the bot is seen typing for ever")
	}
}

// Presses that a bot never answers are forgotten once there are many.
func TestUnansweredPressesAreForgotten(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	m := must[message](t, w, "sendMessage", params{"chat_id": aida.ID(), "text": "a"})
	press := func() {
		if _, err := aida.TapRaw(m.ID, "a"); err != nil {
			t.Fatal(err)
		}
	}
	for range 1000 {
		press()
	}
	w.clock.Move(151 * time.Second)
	press()
	if got := w.Unanswered(); got != 1 {
		t.Errorf("%d presses wait, want 1", got)
	}
}
