package page_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"kabarchy/bot/simulator/page"
	"kabarchy/bot/telegram"
)

func TestPageFiles(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	for path, kind := range map[string]string{
		"/":                   "text/html; charset=utf-8",
		"/page/main.js":       "text/javascript; charset=utf-8",
		"/page/phone.css":     "text/css; charset=utf-8",
		"/page/emblem.svg":    "image/svg+xml",
		"/page/words/ky.json": "application/json",
	} {
		response, body := get(t, w, path)
		if response.StatusCode != http.StatusOK || body == "" {
			t.Errorf("%s: %s", path, response.Status)
		}
		if got := response.Header.Get("Content-Type"); got != kind {
			t.Errorf("%s is %q, want %q", path, got, kind)
		}
		policy := response.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "script-src 'self';") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		for _, name := range []string{"X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"} {
			if response.Header.Get(name) == "" {
				t.Errorf("%s: no %s", path, name)
			}
		}
		if strings.Contains(body, "innerHTML") || strings.Contains(body, " style=\"") || strings.Contains(body, "https://fonts") {
			t.Errorf("%s holds what the policy forbids", path)
		}
	}
	if response, _ := get(t, w, "/nothing"); response.StatusCode != http.StatusNotFound {
		t.Errorf("/nothing: %s", response.Status)
	}
}

func TestPageRefusesStrangers(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	aida := w.Citizen("Аида", "ky")
	body := `{"chat":` + jsonOf(t, aida.ID()) + `,"text":"hi"}`
	for name, test := range map[string]struct {
		header []string
		want   int
	}{
		"the page itself":       {[]string{"Origin", w.url, "Sec-Fetch-Site", "same-origin"}, http.StatusOK},
		"no browser":            {nil, http.StatusOK},
		"another site":          {[]string{"Origin", "https://example.org", "Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
		"an old browser there":  {[]string{"Origin", "https://example.org"}, http.StatusForbidden},
		"another port":          {[]string{"Origin", "http://127.0.0.1:1"}, http.StatusForbidden},
		"a form":                {[]string{"Content-Type", "text/plain"}, http.StatusUnsupportedMediaType},
		"a name that points us": {[]string{"Host", "news.example.org"}, http.StatusForbidden},
	} {
		before := len(aida.Messages())
		response, answer := act(t, w, "send", body, test.header...)
		if response.StatusCode != test.want {
			t.Errorf("%s: %s %s, want %d", name, response.Status, answer, test.want)
		}
		if wrote := len(aida.Messages()) > before; wrote != (test.want == http.StatusOK) {
			t.Errorf("%s: written is %v", name, wrote)
		}
	}
}

func TestPageActions(t *testing.T) {
	t.Parallel()
	officer := &desk{}
	w := start(t, officer)
	aida := w.Citizen("Айгүл", "ky")
	chat := jsonOf(t, aida.ID())

	step := func(action, body string, want int, contains string) {
		t.Helper()
		response, answer := act(t, w, action, body)
		if response.StatusCode != want || !strings.Contains(answer, contains) {
			t.Errorf("%s %s: %s %s; want %d %s", action, body, response.Status, answer, want, contains)
		}
	}
	step("send", `{"chat":`+chat+`,"text":" /start "}`, 200, "{}")
	if got := aida.Messages(); len(got) != 1 || got[0].Text != "/start" {
		t.Errorf("the phone shows %v", got)
	}
	step("send", `{"chat":`+chat+`,"text":"  "}`, 400, "characters")
	step("send", `{"chat":`+chat+`,"text":"`+strings.Repeat("ө", 4097)+`"}`, 400, "characters")
	step("send", `{"chat":`+chat+`,"text":"hi","reply":99}`, 400, "no such message")
	step("send", `{"chat":1,"text":"hi"}`, 400, "no phone 1")
	step("send", `[`, 400, "JSON")
	step("picture", `{"chat":`+chat+`,"text":"Look"}`, 200, "{}")
	if got := aida.Messages(); len(got) != 2 || got[1].Text != "Look" || got[1].Photo == "" {
		t.Errorf("the phone shows %v", got)
	}
	step("picture", `{"chat":`+chat+`,"text":"`+strings.Repeat("ө", 1025)+`"}`, 400, "characters")
	step("picture", `{"chat":1}`, 400, "no phone 1")
	step("forward", `{"chat":`+chat+`,"message":`+jsonOf(t, aida.Messages()[1].ID)+`}`, 200, "{}")
	if got := aida.Messages(); len(got) != 3 || got[2].Text != "Look" || got[2].Origin == nil {
		t.Errorf("the phone shows %v", got)
	}
	step("forward", `{"chat":`+chat+`,"message":99}`, 400, "no such message")
	step("block", `{"chat":`+chat+`,"blocked":true}`, 200, "")
	if !aida.View().Blocked {
		t.Error("the bot is not blocked")
	}
	step("block", `{"chat":`+chat+`,"blocked":false}`, 200, "")
	step("phone", `{}`, 200, "chat")
	if phones := w.Phones(); len(phones) != 2 || phones[1].Title() != "Сергей" || phones[1].User().LanguageCode != "ru" {
		t.Errorf("the new phone is %v", phones[len(phones)-1].User())
	}
	step("remove", `{"chat":`+chat+`}`, 200, "")
	if !aida.View().Deactivated {
		t.Error("the phone is still there")
	}
	step("crowd", `{"count":0}`, 400, "citizens")
	step("crowd", `{"count":7}`, 200, "")
	if got := w.Stats().Crowd; got != 7 {
		t.Errorf("the crowd is %d", got)
	}
	step("publish", `{"draft":"d1"}`, 200, "{}")
	step("correct", `{"item":"i1"}`, 501, "does not offer")
	step("withdraw", `{"item":"i1"}`, 500, "the printer is on fire")
	if got := strings.Join(officer.asked, ", "); got != "publish d1, withdraw i1" {
		t.Errorf("the desk was asked: %s", got)
	}
}

func TestPagePress(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	aida := w.Citizen("Айгүл", "ky").Open()
	var m telegram.Message
	w.call(t, "sendMessage", map[string]string{
		"chat_id": jsonOf(t, aida.ID()), "text": "?",
		"reply_markup": telegram.Keyboard([][]telegram.Button{
			{{Text: "Жок", Data: "no"}},
			{{Text: "Кыргызча", Data: "lang:ky"}, {Text: "Сайт", URL: "https://example.org"}},
		}),
	}, &m)
	at := func(message int64, row, column int, label string) string {
		return jsonOf(t, map[string]any{"chat": aida.ID(), "message": message, "row": row, "column": column, "label": label})
	}
	for name, body := range map[string]string{
		"no such message": at(m.ID+9, 0, 0, "Жок"), "no such row": at(m.ID, 2, 0, "Жок"), "before the first": at(m.ID, 0, -1, "Жок"), "a link": at(m.ID, 1, 1, "Сайт"),
		"another one by now": at(m.ID, 0, 0, "Ооба"),
	} {
		if response, answer := act(t, w, "press", body); response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s %s", name, response.Status, answer)
		}
	}
	pressed := make(chan string, 1)
	go func() {
		response, err := http.Post(w.url+"/simulator/press", "application/json", strings.NewReader(at(m.ID, 1, 0, "Кыргызча")))
		if err != nil {
			pressed <- err.Error()
			return
		}
		defer response.Body.Close()
		answer, _ := io.ReadAll(response.Body)
		pressed <- string(answer)
	}()
	var heard []telegram.Update
	w.call(t, "getUpdates", map[string]string{"timeout": "10"}, &heard)
	call := heard[0].Callback
	if call.Data != "lang:ky" || call.Message.ID != m.ID {
		t.Errorf("the bot heard %+v", call)
	}
	w.call(t, "answerCallbackQuery", map[string]string{"callback_query_id": call.ID, "text": "Макул", "show_alert": "true"}, nil)
	if got := <-pressed; !strings.Contains(got, `"text":"Макул"`) || !strings.Contains(got, `"alert":true`) {
		t.Errorf("the presser saw %s", got)
	}
}

func TestPageStream(t *testing.T) {
	t.Parallel()
	officer := &desk{state: page.DeskState{Drafts: []page.Draft{{ID: "d1", Titles: map[string]string{"ky": "Жаңылык"}}}}}
	w := start(t, officer)
	evil := `</script><img src=x onerror=alert(1)>`
	aida := w.Citizen(evil, "ky").Open()
	first := w.Crowd(3)

	s := listen(t, w)
	event, data := s.one()
	if event != "snapshot" {
		t.Fatalf("the first event is %s", event)
	}
	for _, part := range []string{`"dots":"000"`, `"size":3`, `"id":"d1"`, `"messages":[]`, `"commands":[]`} {
		if !strings.Contains(data, part) {
			t.Errorf("the snapshot lacks %s: %s", part, data)
		}
	}

	w.call(t, "sendMessage", map[string]string{
		"chat_id": jsonOf(t, aida.ID()), "text": evil, "disable_notification": "true",
		"reply_markup": telegram.Keyboard([][]telegram.Button{{{Text: "t", URL: "tg://resolve?domain=x"}}}),
	}, nil)
	phone := s.next("phone")
	shown := phone["messages"].([]any)[0].(map[string]any)
	if shown["text"] != evil || shown["silent"] != true || phone["name"] != evil {
		t.Errorf("the phone got %v", phone)
	}
	if strings.Contains(s.raw.String(), "<img") || strings.Contains(s.raw.String(), "</script>") {
		t.Errorf("markup crossed the wire unescaped: %s", s.raw.String())
	}

	if response, answer := act(t, w, "publish", `{"draft":"d1"}`); response.StatusCode != http.StatusOK {
		t.Fatalf("publish: %s %s", response.Status, answer)
	}
	w.write(t, first+1, "Жаңылык")
	for s.next("crowd")["dots"] != "020" {
	}
	officer.mu.Lock()
	officer.state.Broadcasts = []page.Broadcast{{ID: 5, Planned: 3, Sent: 1, ToGo: 2}}
	officer.mu.Unlock()
	if got := s.next("desk")["broadcasts"].([]any)[0].(map[string]any); got["to_go"] != 2.0 || got["finished_at"] != nil {
		t.Errorf("the desk shows %v", got)
	}
	aida.Deactivate()
	if got := s.next("gone")["id"]; got != float64(aida.ID()) {
		t.Errorf("%v is gone", got)
	}
	late := listen(t, w)
	if _, data := late.one(); strings.Contains(data, "onerror") || !strings.Contains(data, `"dots":"020"`) {
		t.Errorf("who comes later gets %s", data)
	}
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, s.lines); err != nil {
		t.Errorf("the stream did not end with the server: %v", err)
	}
}
