package simulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"kabarchy/bot/simulator"
)

// fixture is a simulator behind a real HTTP server, and a bot's way to call it.
type fixture struct {
	*simulator.Server
	url   string
	clock *clock
}

// clock is a time that stands still until a test moves it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func start(t testing.TB, o simulator.Options) *fixture {
	t.Helper()
	w := &fixture{clock: &clock{now: time.Date(2026, 7, 20, 9, 0, 0, 0, time.UTC)}}
	if o.Now == nil {
		o.Now = w.clock.Now
	}
	w.Server = simulator.New(o)
	web := httptest.NewServer(w.Handler())
	t.Cleanup(func() {
		if err := w.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("close: %v", err)
		}
		web.Close()
	})
	w.url = web.URL
	return w
}

// reply is what the Bot API answers.
type reply struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int   `json:"retry_after"`
		MigrateTo  int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`

	status int
}

type params = map[string]any

// call calls a method with a JSON body.
func (w *fixture) call(t testing.TB, method string, p params) reply {
	t.Helper()
	body, err := json.Marshal(p)
	if err != nil {
		t.Fatalf("marshal the parameters of %s: %v", method, err)
	}
	return w.post(t, method, "application/json", bytes.NewReader(body))
}

// form calls a method as a form.
func (w *fixture) form(t testing.TB, method string, p url.Values) reply {
	t.Helper()
	return w.post(t, method, "application/x-www-form-urlencoded", strings.NewReader(p.Encode()))
}

// upload calls a method as a multipart form with a file in one of its fields.
func (w *fixture) upload(t testing.TB, method string, p url.Values, field string, file []byte) reply {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name := range p {
		if err := form.WriteField(name, p.Get(name)); err != nil {
			t.Fatalf("write a field: %v", err)
		}
	}
	part, err := form.CreateFormFile(field, "picture.png")
	if err != nil {
		t.Fatalf("create a file: %v", err)
	}
	if _, err := part.Write(file); err != nil {
		t.Fatalf("write a file: %v", err)
	}
	if err := form.Close(); err != nil {
		t.Fatalf("close a form: %v", err)
	}
	return w.post(t, method, form.FormDataContentType(), &body)
}

func (w *fixture) post(t testing.TB, method, kind string, body io.Reader) reply {
	t.Helper()
	r, err := w.try(t, method, kind, body)
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	return r
}

func (w *fixture) try(t testing.TB, method, kind string, body io.Reader) (reply, error) {
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/bot"+w.Token()+"/"+method, body)
	if err != nil {
		return reply{}, err
	}
	request.Header.Set("Content-Type", kind)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	r := reply{status: response.StatusCode}
	return r, json.NewDecoder(response.Body).Decode(&r)
}

// must calls a method that has to succeed, and reads its result.
func must[T any](t testing.TB, w *fixture, method string, p params) (result T) {
	t.Helper()
	r := w.call(t, method, p)
	if !r.OK {
		t.Fatalf("%s: %d %s", method, r.Code, r.Description)
	}
	if err := json.Unmarshal(r.Result, &result); err != nil {
		t.Fatalf("%s: result %s: %v", method, r.Result, err)
	}
	return result
}

// message is as much of a Message as the tests look at.
type message struct {
	ID       int64              `json:"message_id"`
	Thread   int64              `json:"message_thread_id"`
	Date     int64              `json:"date"`
	EditDate int64              `json:"edit_date"`
	Text     string             `json:"text"`
	Caption  string             `json:"caption"`
	Entities []simulator.Entity `json:"entities"`
	Chat     struct {
		ID   int64  `json:"id"`
		Type string `json:"type"`
	} `json:"chat"`
	From  *simulator.User `json:"from"`
	Photo []struct {
		FileID string `json:"file_id"`
	} `json:"photo"`
	ReplyMarkup *struct {
		Keyboard [][]simulator.Button `json:"inline_keyboard"`
	} `json:"reply_markup"`
	CaptionEntities []simulator.Entity `json:"caption_entities"`
	Document        *struct {
		FileID string `json:"file_id"`
		Name   string `json:"file_name"`
	} `json:"document"`
	Album  string `json:"media_group_id"`
	Origin *struct {
		Type      string          `json:"type"`
		User      *simulator.User `json:"sender_user"`
		MessageID int64           `json:"message_id"`
	} `json:"forward_origin"`
	ReplyTo     *message         `json:"reply_to_message"`
	NewMembers  []simulator.User `json:"new_chat_members"`
	MigrateTo   int64            `json:"migrate_to_chat_id"`
	MigrateFrom int64            `json:"migrate_from_chat_id"`
}

// happening is as much of an Update as the tests look at.
type happening struct {
	ID       int64    `json:"update_id"`
	Message  *message `json:"message"`
	Post     *message `json:"channel_post"`
	Callback *struct {
		ID       string         `json:"id"`
		From     simulator.User `json:"from"`
		Data     string         `json:"data"`
		Message  *message       `json:"message"`
		InlineID string         `json:"inline_message_id"`
	} `json:"callback_query"`
	Inline *struct {
		ID    string `json:"id"`
		Query string `json:"query"`
	} `json:"inline_query"`
	Chosen *struct {
		InlineID string `json:"inline_message_id"`
	} `json:"chosen_inline_result"`
	MyMember *struct {
		Old struct{ Status string } `json:"old_chat_member"`
		New struct{ Status string } `json:"new_chat_member"`
	} `json:"my_chat_member"`
}

// updates takes all that happened since the last call.
func (w *fixture) updates(t testing.TB) []happening {
	t.Helper()
	ups := must[[]happening](t, w, "getUpdates", nil)
	if len(ups) > 0 {
		must[[]happening](t, w, "getUpdates", params{"offset": ups[len(ups)-1].ID + 1})
	}
	return ups
}

// last takes all that happened and returns the newest.
func (w *fixture) last(t testing.TB) happening {
	t.Helper()
	ups := w.updates(t)
	if len(ups) == 0 {
		t.Fatal("the bot heard nothing")
	}
	return ups[len(ups)-1]
}

// send sends a text that has to arrive.
func (w *fixture) send(t testing.TB, chat int64, text string) message {
	t.Helper()
	return must[message](t, w, "sendMessage", params{"chat_id": chat, "text": text})
}

func keyboard(rows ...[]simulator.Button) params { return params{"inline_keyboard": rows} }

func tap(label, data string) simulator.Button { return simulator.Button{Text: label, Data: data} }
