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
