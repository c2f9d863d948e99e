package page_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/bot/simulator/page"
	"kabarchy/bot/telegram"
)

// fixture is a simulator with its page behind a real HTTP server, and a bot's way to call it.
type fixture struct {
	*simulator.Server
	url string
	bot *telegram.Client
}

func start(t testing.TB, desk page.Desk) *fixture {
	t.Helper()
	w := &fixture{Server: simulator.New(simulator.Options{Now: time.Now})}
	w.Show(page.New(w.Server, page.Options{Desk: desk}))
	web := httptest.NewServer(w.Handler())
	t.Cleanup(func() {
		if err := w.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("close: %v", err)
		}
		web.Close()
	})
	w.url = web.URL
	w.bot = telegram.NewClient(telegram.Options{Token: w.Token(), Endpoint: web.URL, HTTP: http.DefaultClient})
	return w
}

// call calls a method that has to succeed, as the bot does, and decodes what it answers
// into result, unless that is nil.
func (w *fixture) call(t testing.TB, method string, params map[string]string, result any) {
	t.Helper()
	if err := w.bot.Call(t.Context(), method, params, result); err != nil {
		t.Fatal(err)
	}
}

// write sends a text to a chat.
func (w *fixture) write(t testing.TB, chat int64, text string) {
	t.Helper()
	w.call(t, "sendMessage", map[string]string{"chat_id": strconv.FormatInt(chat, 10), "text": text}, nil)
}

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

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
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
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
func get(t testing.TB, w *fixture, path string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return send(t, request)
}

// act does on the page's behalf what a press there does.
func act(t testing.TB, w *fixture, action, body string, header ...string) (*http.Response, string) {
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

// stream reads the page's events.
type stream struct {
	t     testing.TB
	lines *bufio.Reader
	raw   bytes.Buffer
}

func listen(t testing.TB, w *fixture) *stream {
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
