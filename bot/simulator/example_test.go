package simulator_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"

	"kabarchy/bot/simulator"
)

// As in Telegram, a bot can write to a person only after the person has written first.
func ExampleNew() {
	telegram := simulator.New(simulator.Options{Limits: simulator.TelegramLimits})
	api := httptest.NewServer(telegram.Handler())
	defer api.Close()
	aigul := telegram.Citizen("Айгүл", "ky")

	sendMessage := func(text string) {
		response, err := http.PostForm(api.URL+"/bot"+simulator.DefaultToken+"/sendMessage", url.Values{
			"chat_id": {fmt.Sprint(aigul.ID())}, "text": {text},
		})
		if err != nil {
			log.Fatal(err)
		}
		defer response.Body.Close()
		fmt.Println(response.Status)
	}
	sendMessage("Are you there?")
	aigul.Send("/start")
	sendMessage("Саламатсызбы!")

	for _, m := range aigul.Messages() {
		fmt.Println(m.Text)
	}
	if err := telegram.Close(context.Background()); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 400 Bad Request
	// 200 OK
	// /start
	// Саламатсызбы!
}
