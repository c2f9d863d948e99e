package bot

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"kabarchy/bot/render"
	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
)

// response is an answer of Telegram's, as a row of the table has it.
type response struct {
	code        int
	description string
	parameters  string // JSON; empty for none
}

// body is the answer on the wire.
func (s response) body() string {
	if s.description == "(no body)" {
		return ""
	}
	answer := map[string]any{"ok": false, "error_code": s.code, "description": s.description}
	if s.parameters != "" {
		answer["parameters"] = json.RawMessage(s.parameters)
	}
	return telegram.JSON(answer)
}

// asked is a call that came.
type asked struct {
	method string
	params map[string]string
}

// is reports whether the method's name begins so.
func (a asked) is(beginning string) bool { return strings.HasPrefix(a.method, beginning) }

// answeringTelegram is Telegram in this process: the simulator, whose answers to some calls a test
// chooses. It needs no network, so that virtual time passes by it.
type answeringTelegram struct {
	telegram *simulator.Server
	answer   response
	to       func(asked) bool // whom it is answered to; nobody if nil

	mu    sync.Mutex
	calls []asked // all that a test would answer, and the methods that send or edit
}

func newAnsweringTelegram(answer response) *answeringTelegram {
	return &answeringTelegram{telegram: simulator.New(simulator.Options{}), answer: answer}
}

// client calls it.
func (p *answeringTelegram) client(log *bytes.Buffer) *telegram.Client {
	return telegram.NewClient(telegram.Options{Token: p.telegram.Token(), HTTP: &http.Client{Transport: p}, Log: logTo(log)})
}

// RoundTrip implements http.RoundTripper.
func (p *answeringTelegram) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	call := asked{method: path.Base(r.URL.Path), params: make(map[string]string)}
	for name := range values {
		call.params[name] = values.Get(name)
	}
	p.mu.Lock()
	p.calls = append(p.calls, call)
	refuse := p.to != nil && p.to(call)
	p.mu.Unlock()
	answer := httptest.NewRecorder()
	if refuse {
		answer.WriteHeader(p.answer.code)
		_, _ = answer.WriteString(p.answer.body())
	} else {
		r.Body = io.NopCloser(bytes.NewReader(body))
		p.telegram.Handler().ServeHTTP(answer, r)
	}
	return answer.Result(), nil
}

// of are the calls since the last look of the methods that begin so.
func (p *answeringTelegram) of(beginnings ...string) (calls []asked) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.calls {
		if slices.ContainsFunc(beginnings, c.is) {
			calls = append(calls, c)
		}
	}
	p.calls = nil
	return calls
}

// whole is what a call says, in the terms of the parts that can be left out.
type whole struct {
	parts   render.Part
	content map[string]string // what no part explains
}

// takeApart reads a call of any of the methods that bring a message.
func takeApart(t *testing.T, c asked) whole {
	t.Helper()
	params := maps.Clone(c.params)
	w := whole{content: params}
	text := params["text"] + params["caption"]
	if media := params["media"]; media != "" {
		var in map[string]string
		if err := json.Unmarshal([]byte(media), &in); err != nil {
			t.Fatal(err)
		}
		text, params["parse_mode"] = in["caption"], in["parse_mode"]
		w.parts |= render.PartPicture
	}
	if params["results"] != "" {
		return takeResultsApart(t, params["results"])
	}
	if params["photo"] != "" || strings.Contains(params["link_preview_options"], `"url"`) {
		w.parts |= render.PartPicture
	}
	if params["reply_markup"] != "" {
		w.parts |= render.PartButtons
	}
	if params["parse_mode"] != "" {
		w.parts |= render.PartMarkup
	}
	if render.Units(text) > render.ShortText || c.method == "answerCallbackQuery" && render.Units(text) > toastLimit/2 {
		w.parts |= render.PartLength
	}
	if params["message_thread_id"] != "" {
		w.parts |= render.PartTopic
	}
	for _, name := range []string{
		"text", "caption", "media", "photo", "link_preview_options", "reply_markup", "parse_mode", "message_thread_id",
	} {
		delete(params, name)
	}
	return w
}

func takeResultsApart(t *testing.T, results string) (w whole) {
	t.Helper()
	var all []inlineResult
	if err := json.Unmarshal([]byte(results), &all); err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if r.Thumbnail != "" {
			w.parts |= render.PartPicture
		}
		if r.Markup != nil {
			w.parts |= render.PartButtons
		}
		if r.Content.Mode != "" {
			w.parts |= render.PartMarkup
		}
		if render.Units(r.Content.Text) > render.ShortText {
			w.parts |= render.PartLength
		}
	}
	return w
}
