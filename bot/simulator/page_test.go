package simulator_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/bot/simulator/page"
)

// desk is a press officer's side that only remembers what was asked of it.
type desk struct {
	mu    sync.Mutex
	state page.DeskState
	asked []string
}

func (d *desk) State(context.Context) (page.DeskState, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state, nil
}

func (d *desk) Publish(_ context.Context, draft string) error { return d.ask("publish " + draft) }

func (d *desk) Correct(context.Context, string) error { return page.ErrNotOffered }

func (d *desk) Withdraw(_ context.Context, item string) error {
	return errors.Join(d.ask("withdraw "+item), errors.New("the printer is on fire"))
}

func (d *desk) ask(what string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, what)
	return nil
}

// wasAsked waits until the desk has been asked something.
func (d *desk) wasAsked(t testing.TB, what string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		d.mu.Lock()
		asked := slices.Contains(d.asked, what)
		d.mu.Unlock()
		if asked {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("the desk was never asked to %s", what)
		}
	}
}

// get fetches a page of the simulator.
func get(t testing.TB, w *world, path string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return send(t, request)
}

// act does on the page's behalf what a press there does.
func act(t testing.TB, w *world, action, body string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/simulator/"+action, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			request.Host = header[i+1]
		}
		request.Header.Set(header[i], header[i+1])
	}
	return send(t, request)
}

func send(t testing.TB, request *http.Request) (*http.Response, string) {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func TestPageFiles(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
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
	w := start(t, simulator.Options{})
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

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestPageActions(t *testing.T) {
	t.Parallel()
	officer := &desk{}
	w := start(t, simulator.Options{Now: time.Now}, officer)
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
	step("send", `{"chat":1,"text":"hi"}`, 400, "no phone 1")
	step("send", `[`, 400, "JSON")
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
	w := start(t, simulator.Options{Now: time.Now})
	aida := w.Citizen("Айгүл", "ky").Open()
	m := must[message](t, w, "sendMessage", params{"chat_id": aida.ID(), "text": "?", "reply_markup": keyboard(
		[]simulator.Button{tap("Жок", "no")}, []simulator.Button{tap("Кыргызча", "lang:ky"), {Text: "Сайт", URL: "https://example.org"}})})
	at := func(message int64, row, column int) string {
		return jsonOf(t, map[string]any{"chat": aida.ID(), "message": message, "row": row, "column": column})
	}
	for name, body := range map[string]string{
		"no such message": at(m.ID+9, 0, 0), "no such row": at(m.ID, 2, 0), "before the first": at(m.ID, 0, -1), "a link": at(m.ID, 1, 1),
	} {
		if response, answer := act(t, w, "press", body); response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s %s", name, response.Status, answer)
		}
	}
	pressed := make(chan string, 1)
	go func() {
		response, err := http.Post(w.url+"/simulator/press", "application/json", strings.NewReader(at(m.ID, 1, 0)))
		if err != nil {
			pressed <- err.Error()
			return
		}
		defer response.Body.Close()
		answer, _ := io.ReadAll(response.Body)
		pressed <- string(answer)
	}()
	call := must[[]happening](t, w, "getUpdates", params{"timeout": 10})[0].Callback
	if call.Data != "lang:ky" || call.Message.ID != m.ID {
		t.Errorf("the bot heard %+v", call)
	}
	must[bool](t, w, "answerCallbackQuery", params{"callback_query_id": call.ID, "text": "Макул", "show_alert": true})
	if got := <-pressed; !strings.Contains(got, `"text":"Макул"`) || !strings.Contains(got, `"alert":true`) {
		t.Errorf("the presser saw %s", got)
	}
}

// stream reads the page's events.
type stream struct {
	t     testing.TB
	lines *bufio.Reader
	raw   bytes.Buffer
}

func listen(t testing.TB, w *world) *stream {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/simulator/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	if got := response.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("the stream is %q", got)
	}
	return &stream{t: t, lines: bufio.NewReader(response.Body)}
}

// next returns the next event with a name, as JSON.
func (s *stream) next(name string) map[string]any {
	s.t.Helper()
	for {
		event, data := s.one()
		if event != name {
			continue
		}
		var part map[string]any
		if err := json.Unmarshal([]byte(data), &part); err != nil {
			s.t.Fatalf("%s %s: %v", event, data, err)
		}
		return part
	}
}

func (s *stream) one() (event, data string) {
	s.t.Helper()
	for {
		line, err := s.lines.ReadString('\n')
		if err != nil {
			s.t.Fatalf("read the stream: %v", err)
		}
		s.raw.WriteString(line)
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "event: "):
			event = line[len("event: "):]
		case strings.HasPrefix(line, "data: "):
			data = line[len("data: "):]
		case line == "" && event != "":
			return event, data
		}
	}
}

func TestPageStream(t *testing.T) {
	t.Parallel()
	officer := &desk{state: page.DeskState{Drafts: []page.Draft{{ID: "d1", Titles: map[string]string{"ky": "Жаңылык"}}}}}
	w := start(t, simulator.Options{Now: time.Now}, officer)
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

	must[message](t, w, "sendMessage", params{"chat_id": aida.ID(), "text": evil, "disable_notification": true,
		"reply_markup": keyboard([]simulator.Button{{Text: "t", URL: "tg://resolve?domain=x"}})})
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
	w.send(t, first+1, "Жаңылык")
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
