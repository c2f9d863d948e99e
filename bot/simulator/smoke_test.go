package simulator_test

import (
	"errors"
	"testing"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"kabarchy/bot/simulator"
)

// TestLibrary drives the simulator with the client library that bots use.
func TestLibrary(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky")
	bot, err := tgbotapi.NewBotAPIWithAPIEndpoint(w.Token(), w.url+"/bot%s/%s")
	if err != nil {
		t.Fatal(err)
	}
	if bot.Self.UserName != "kabarchy_bot" {
		t.Errorf("the bot is %+v", bot.Self)
	}
	aida.Send("/start ky")
	ups, err := bot.GetUpdates(tgbotapi.NewUpdate(0))
	if err != nil || len(ups) != 1 || ups[0].Message.Command() != "start" || ups[0].Message.CommandArguments() != "ky" {
		t.Fatalf("updates %+v, %v", ups, err)
	}

	text := tgbotapi.NewMessage(aida.ID(), "<b>Саламатсызбы</b>")
	text.ParseMode = tgbotapi.ModeHTML
	text.ReplyMarkup = tgbotapi.NewInlineKeyboardMarkup(tgbotapi.NewInlineKeyboardRow(tgbotapi.NewInlineKeyboardButtonData("A", "a")))
	sent, err := bot.Send(text)
	if err != nil || sent.Text != "Саламатсызбы" || sent.Entities[0].Type != "bold" {
		t.Errorf("sent %+v, %v", sent, err)
	}
	photo := tgbotapi.NewPhoto(aida.ID(), tgbotapi.FileURL("https://minjust.gov.kg/a.jpg"))
	if sent, err := bot.Send(photo); err != nil || len(sent.Photo) == 0 {
		t.Errorf("sent %+v, %v", sent, err)
	}
	if err := aida.Press("A"); err != nil {
		t.Fatal(err)
	}
	ups, err = bot.GetUpdates(tgbotapi.UpdateConfig{Offset: ups[0].UpdateID + 1, Timeout: 1})
	if err != nil || len(ups) != 1 || ups[0].CallbackQuery.Data != "a" {
		t.Fatalf("updates %+v, %v", ups, err)
	}
	if _, err := bot.Request(tgbotapi.NewCallback(ups[0].CallbackQuery.ID, "ok")); err != nil {
		t.Error(err)
	}
	if _, err := bot.Send(tgbotapi.NewEditMessageText(aida.ID(), sent.MessageID, "b")); err != nil {
		t.Error(err)
	}

	w.Fault(simulator.Fault{Refuse: simulator.TooMany(3), Next: 1})
	var refusal *tgbotapi.Error
	if _, err := bot.Send(text); !errors.As(err, &refusal) || refusal.RetryAfter != 3 {
		t.Errorf("429 reads as %v", err)
	}
	g := w.Group("Osh", aida)
	g.AddBot(aida, simulator.Rights{})
	next := g.Upgrade(aida)
	if _, err := bot.Send(tgbotapi.NewMessage(g.ID(), "a")); !errors.As(err, &refusal) || refusal.MigrateToChatID != next.ID() {
		t.Errorf("a migrated group reads as %v", err)
	}
}
