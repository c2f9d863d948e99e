package bot_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"pgregory.net/rapid"

	"kabarchy/bot"
	"kabarchy/bot/bottest"
	_ "kabarchy/bot/bottest/seed" // RAPID_SEED
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/bot/updates"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// anyData draws callback data that looks like the bot's own, more or less.
var anyData = rapid.Custom(func(t *rapid.T) string {
	part := rapid.OneOf(
		rapid.SampledFrom([]string{
			"", "subscribe", "return", "latest", "find", "month", "topic", "item", "page", "stay", "help", "stop", "show", "set", "channel",
			"settings", "language", "news", "topics", "when", "quiet", "zone", "search", "browse", "pictures", "pause", "weekly",
			"ky", "ru", "en", "on", "off", "main", "only", "all", "silent", "wait", "l5", "n", "t3.0", "f0.jardam", "f.", "2026-11",
			"samplekyaaaaaaab", "aaaaaaaaaaaaaaaa", "f1." + strings.Repeat("a", 39),
		}),
		rapid.Map(rapid.Int(), func(n int) string { return jsonText(n) }),
		rapid.StringN(0, 12, 40), rapid.StringMatching(`[ltf][0-9]{1,3}\.[a-z+]{10,40}`),
	)
	begin := rapid.SampledFrom([]string{"", "", "item:samplekyaaaaaaab:", "page:samplekyaaaaaaab:2:", "set:", "show:"}).Draw(t, "begin")
	return begin + strings.Join(rapid.SliceOfN(part, 0, 6).Draw(t, "parts"), ":")
})

func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// anyUpdate draws what a person, a group or somebody in Telegram's place may send.
var anyUpdate = rapid.Custom(func(t *rapid.T) string {
	text := rapid.OneOf(anyData, rapid.String(), rapid.Map(anyData, func(s string) string { return "/" + strings.ReplaceAll(s, ":", " ") }),
		rapid.Just(strings.Repeat("😀", 4096))).Draw(t, "text")
	chat := map[string]any{
		"id":   rapid.SampledFrom([]int64{5, -5, -1001, 0}).Draw(t, "chat"),
		"type": rapid.SampledFrom([]string{"private", "group", "supergroup", "channel", "", "new kind"}).Draw(t, "type"),
	}
	from := map[string]any{"id": 5, "language_code": rapid.SampledFrom([]string{"", "ky", "zz-ZZ"}).Draw(t, "language")}
	message := map[string]any{"message_id": 1, "date": 1, "chat": chat, "text": text, "photo": rapid.SampledFrom([]any{nil, []any{}}).Draw(t, "photo")}
	if rapid.Bool().Draw(t, "has sender") {
		message["from"] = from
	}
	membership := map[string]any{"chat": chat, "from": from,
		"old_chat_member": map[string]any{"status": rapid.SampledFrom([]string{"left", "member"}).Draw(t, "old")},
		"new_chat_member": map[string]any{"status": rapid.SampledFrom([]string{"kicked", "member", "administrator"}).Draw(t, "new")}}
	return jsonText(rapid.SampledFrom([]map[string]any{
		{"update_id": 1, "message": message},
		{"update_id": 1, "channel_post": message},
		{"update_id": 1, "callback_query": map[string]any{"id": "1", "from": from, "message": message, "data": text}},
		{"update_id": 1, "callback_query": map[string]any{"id": "1", "from": from, "data": text}},
		{"update_id": 1, "inline_query": map[string]any{"id": "1", "from": from, "query": text}},
		{"update_id": 1, "my_chat_member": membership},
		{"update_id": 1},
	}).Draw(t, "update"))
})

// TestWhateverComesIsHandled: no update panics, is given up, or makes the bot send what
// Telegram would refuse.
func TestWhateverComesIsHandled(t *testing.T) {
	t.Parallel()
	var refused string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, field := range []string{"text", "caption"} {
			if n := len([]rune(r.FormValue(field))); n > 4096 {
				refused = r.FormValue(field)
			}
		}
		for data := range strings.SplitSeq(r.FormValue("reply_markup"), `"callback_data":"`) {
			if data, _, _ = strings.Cut(data, `"`); len(data) > 64 && !strings.HasPrefix(data, "{") {
				refused = data
			}
		}
		_, _ = w.Write([]byte(`{"ok":true,"result":{"status":"administrator"}}`))
	}))
	t.Cleanup(server.Close)
	_, rdb := redistest.Mini(t)
	metrics := prometheus.NewRegistry()
	archive := &shelf{}
	archive.put(bottest.Sample("ky", 2), bottest.Sample("ky", 1), bottest.Sample("ru", 1))
	h := &fixture{t: t, metrics: metrics, log: &bottest.Log{}}
	herald := updates.NewDispatcher(updates.Options{Registerer: metrics, Handler: bot.New(bot.Options{
		Client: telegram.NewClient(telegram.Options{Token: "1:a", Endpoint: server.URL}), Store: subscriptions.NewStore(rdb),
		Archive: archive, Articles: archive, Topics: []render.Topic{{Number: 3, ID: "legal-aid"}}, Registerer: metrics,
	})})
	rapid.Check(t, func(rt *rapid.T) {
		update := anyUpdate.Draw(rt, "update")
		if err := herald.Handle(t.Context(), json.RawMessage(update)); err != nil {
			rt.Fatal(err)
		}
		for _, outcome := range []string{`"given_up"`, `"unreadable"`, `"dropped"`} {
			if h.counted("kabarchy_updates_total", outcome) != 0 {
				rt.Fatalf("%s: %s", outcome, update)
			}
		}
		if h.counted("kabarchy_update_panics_total") != 0 || refused != "" {
			rt.Fatalf("%s: panicked, or sent %q", update, refused)
		}
	})
}
