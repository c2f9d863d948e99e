package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	initdata "github.com/telegram-mini-apps/init-data-golang"

	"kabarchy/bot/simulator"
)

// TestTheDesksPagesAreForTheirHostAlone, and take nothing from what else is served there.
func TestTheDesksPagesAreForTheirHostAlone(t *testing.T) {
	t.Parallel()
	says := func(what string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, what) })
	}
	f := &front{desk: "https://bot.example.kg/desk", hubs: "/websub"}
	f.now.Store(&handlers{says("health"), says("webhook"), says("desk"), says("ping"), says("hub")})
	for _, tt := range []struct{ host, path, want string }{
		{"bot.example.kg", "/desk", "desk"},
		{"Bot.Example.KG:443", "/desk/case/x", "desk"},
		{"bot.example.kg:8080", "/desk/", "webhook"},
		{"evil.example", "/desk/", "webhook"},
		{"127.0.0.1:8080", "/desk/", "webhook"},
		{"bot.example.kg", "/desktop", "webhook"},
		{"bot.example.kg", "/telegram", "webhook"},
		{"bot.example.kg", "/metrics", "health"},
		{"bot.example.kg", "/ping/minjust-ky", "ping"},
		{"bot.example.kg", "/websub/0123", "hub"},
		{"bot.example.kg", "/websubs", "webhook"},
	} {
		r := httptest.NewRequest("GET", tt.path, nil)
		r.Host = tt.host
		w := httptest.NewRecorder()
		if f.answerAll(w, r); w.Body.String() != tt.want {
			t.Errorf("%s%s is answered by %s, not %s", tt.host, tt.path, w.Body, tt.want)
		}
	}
}

// TestTheSimulatorSignsAsTelegramDoes: a library that others wrote finds its signature right.
func TestTheSimulatorSignsAsTelegramDoes(t *testing.T) {
	t.Parallel()
	s := simulator.New(simulator.Options{Token: "7000000001:AAA"})
	address := s.OpenApp(s.CitizenAs(5, "Айгүл", "ky"), "/desk/5/")
	_, hash, _ := strings.Cut(address, "#")
	given, err := url.ParseQuery(hash)
	if err != nil {
		t.Fatal(err)
	}
	if err := initdata.Validate(given.Get("tgWebAppData"), "7000000001:AAA", time.Minute); err != nil {
		t.Error(err)
	}
}
