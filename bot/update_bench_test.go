package bot_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"kabarchy/bot"
	"kabarchy/bot/telegram"
	"kabarchy/bot/updates"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// BenchmarkUpdate is a press on a language button from its arrival to its end: read and
// written in a real Redis, the screen edited, the press answered. Telegram's part is the
// shortest that HTTP allows.
func BenchmarkUpdate(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"ok":true,"result":true}`))
	}))
	b.Cleanup(server.Close)
	store := redistest.Start(b)
	herald := updates.NewDispatcher(updates.Options{Handler: bot.New(bot.Options{
		Client: telegram.NewClient(telegram.Options{Token: "1:a", Endpoint: server.URL}),
		Store:  subscriptions.NewStore(store.Client(b)), Archive: &shelf{},
	})})
	b.ReportAllocs()
	b.ResetTimer()
	for n := range b.N {
		language := []string{"ky", "ru"}[n%2]
		err := herald.Handle(b.Context(), json.RawMessage(fmt.Sprintf(`{"update_id":%d,"callback_query":{"id":"1","from":{"id":%[2]d},
			"message":{"message_id":1,"date":1,"chat":{"id":%[2]d,"type":"private"}},"data":"subscribe:%s"}}`, n+1, 1000+n%500, language)))
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
}
