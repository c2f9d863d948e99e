package main

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"kabarchy/bot/simulator"
	"kabarchy/bot/simulator/page"
	"kabarchy/subscriptions"
)

// TestThePressOfficeHasPhones: those who write and approve in the demo's configuration are
// those whose phones are on the page.
func TestThePressOfficeHasPhones(t *testing.T) {
	t.Parallel()
	configured, err := demoConfig("http://site.example")
	if err != nil {
		t.Fatal(err)
	}
	people := configured.Colleagues()
	if len(people) != len(page.Office) {
		t.Fatalf("%d people are at the desk, %d have phones", len(people), len(page.Office))
	}
	for i, c := range page.Office {
		if p := people[i]; p.ID != c.ID || p.Name != c.Name || !slices.Equal(p.Roles, []string{c.Post}) {
			t.Errorf("at the desk is %+v, a phone has %+v", p, c)
		}
	}
}

// TestThePressOfficeIsInTheDemo: who writes finds the desk in the menu, which no citizen
// has, and answers its question; who approves is told, approves it, and takes it back before it goes.
func TestThePressOfficeIsInTheDemo(t *testing.T) {
	t.Parallel()
	d := openDemo(t)
	phones := d.Telegram.Phones()
	aigul, writes, approves := phones[0], phones[2], phones[3]
	first := func(c *simulator.Citizen) string {
		if menu := d.Telegram.Commands(c.Chat, c.User().LanguageCode); len(menu) > 0 {
			return menu[0].Command
		}
		return ""
	}
	shows := func(c *simulator.Citizen, what string, holds func(simulator.Message) bool) (last simulator.Message) {
		t.Helper()
		eventually(t, what, func() bool {
			shown := c.Messages()
			if len(shown) > 0 {
				last = shown[len(shown)-1]
			}
			return last.Bot && holds(last)
		})
		return last
	}
	presses := func(c *simulator.Citizen, data string) {
		t.Helper()
		var button simulator.Button
		shows(c, "a button with "+data, func(m simulator.Message) bool {
			for _, b := range slices.Concat(m.Keyboard...) {
				if strings.HasPrefix(b.Data, data) {
					button = b
				}
			}
			return button.Data != ""
		})
		if _, err := c.TapData(button.Data); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the desk in the menus of the press office", func() bool { return first(writes) == "desk" && first(approves) == "desk" })
	aigul.Send("/start ky")
	shows(aigul, "a subscription", func(m simulator.Message) bool { return m.Text != "" })
	if menu := first(aigul); menu == "desk" {
		t.Error("a citizen is offered the desk")
	}
	writes.Send("/desk")
	presses(writes, "desk:new:")
	asked := shows(writes, "a question", func(m simulator.Message) bool { return m.Question != nil })
	if _, err := writes.Say(simulator.Words{Text: "Акысыз жардам\n\nОшто борбор ачылды.", ReplyTo: asked.ID}); err != nil {
		t.Fatal(err)
	}
	presses(writes, "desk:look:")
	presses(writes, "desk:do:submit:")
	presses(approves, "desk:look:")
	presses(approves, "desk:sure:approve:")
	presses(approves, "desk:do:approve:")
	presses(approves, "desk:do:takeback:") // before the ten seconds are over
}

// TestDemoRefusesOtherSites asks the demo as a browser does in which a page of another
// site is open: by a name of the site's that means this machine, or from that page. The
// site may even know the token.
func TestDemoRefusesOtherSites(t *testing.T) {
	t.Parallel()
	d := openDemo(t)
	here := d.page.Addr().String()
	_, port, _ := strings.Cut(here, ":")
	api := "/bot" + d.Telegram.Token() + "/setWebhook?url=https://evil.example/"
	for _, tt := range []struct {
		name, method, path, host string
		header                   map[string]string
		status                   int
	}{
		{"the page", "GET", "/", here, nil, http.StatusOK},
		{"the page by name", "GET", "/", "localhost:" + port, nil, http.StatusOK},
		{"a link to the page", "GET", "/", here, map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, http.StatusOK},
		{"the page's action", "POST", "/simulator/phone", here, map[string]string{"Origin": "http://" + here, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}, http.StatusOK},
		{"a program", "GET", "/bot" + d.Telegram.Token() + "/getMe", here, nil, http.StatusOK},

		{"the page by a foreign name", "GET", "/", "evil.example:" + port, nil, http.StatusForbidden},
		{"the API by a foreign name", "GET", api, "evil.example:" + port, nil, http.StatusForbidden},
		{"the API by a name that begins like ours", "GET", api, "127.0.0.1.evil.example:" + port, nil, http.StatusForbidden},
		{"a foreign form", "POST", api, here, map[string]string{"Origin": "https://evil.example"}, http.StatusForbidden},
		{"a foreign form without a name", "POST", api, here, map[string]string{"Origin": "null"}, http.StatusForbidden},
		{"another server of this machine", "POST", api, here, map[string]string{"Origin": "http://127.0.0.1:1"}, http.StatusForbidden},
		{"a foreign picture", "GET", api, here, map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, http.StatusForbidden},
		{"a foreign link", "GET", api, here, map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, http.StatusForbidden},
		{"a foreign page's action", "POST", "/simulator/phone", here, map[string]string{"Origin": "https://evil.example", "Content-Type": "text/plain"}, http.StatusForbidden},
		{"the token of every demo", "GET", "/bot" + simulator.DefaultToken + "/getMe", here, nil, http.StatusUnauthorized},
	} {
		request, err := http.NewRequestWithContext(t.Context(), tt.method, "http://"+here+tt.path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		request.Host = tt.host
		for name, value := range tt.header {
			request.Header.Set(name, value)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != tt.status {
			t.Errorf("%s: status %d, want %d: %.100s", tt.name, response.StatusCode, tt.status, body)
		}
	}
	if hook := webhookOf(t, d); hook != "" {
		t.Errorf("the webhook is %s", hook)
	}
}

// webhookOf asks the demo's Telegram.
func webhookOf(t *testing.T, d *demo) string {
	t.Helper()
	_, body := get(t, d.address()+"bot"+d.Telegram.Token()+"/getWebhookInfo")
	_, rest, _ := strings.Cut(body, `"url":"`)
	hook, _, _ := strings.Cut(rest, `"`)
	hook, _ = url.QueryUnescape(hook)
	return hook
}

// TestTheDemosPhonesComeFirst: whoever has a phone on the page stands at the beginning of
// the audience, however many others there are.
func TestTheDemosPhonesComeFirst(t *testing.T) {
	t.Parallel()
	for _, p := range page.People {
		if bucket := subscriptions.BucketOf(p.ID); bucket > 40 {
			t.Errorf("%s stands in bucket %d of %d", p.Name, bucket, subscriptions.Buckets)
		}
	}
}
