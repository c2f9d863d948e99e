package telegram

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const testToken = "123456:AAsecretsecretsecretsecretsecret"

// answering is a client of a server that answers every call the same way.
func answering(t *testing.T, answer http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return NewClient(Options{Token: testToken, Endpoint: server.URL})
}

func body(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

// hangUp breaks the connection off in the middle of the answer, or before it.
func hangUp(before string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(connection, before)
		_ = connection.Close()
	}
}

func TestCallSendsParametersAndDecodesTheResult(t *testing.T) {
	t.Parallel()
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		if want := "/bot" + testToken + "/sendMessage"; r.URL.Path != want {
			t.Errorf("called %s, not %s", r.URL.Path, want)
		}
		if got := r.FormValue("text"); got != "Кабарчы & <b>" {
			t.Errorf("sent %q", got)
		}
		body(200, `{"ok":true,"result":{"message_id":7}}`)(w, r)
	})
	var sent Sent
	if err := c.Call(t.Context(), "sendMessage", map[string]string{"text": "Кабарчы & <b>"}, &sent); err != nil {
		t.Fatal(err)
	}
	if sent.ID != 7 {
		t.Errorf("the answer is message %d, not 7", sent.ID)
	}
}

func TestErrorsHaveTheirType(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		answer  http.HandlerFunc
		check   func(error) bool
		reason  Reason
		arrived bool // it may have
	}{
		{"refusal", body(400, `{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`), is[*APIError], Gone, false},
		{"pause", body(429, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}`),
			func(err error) bool { var e *APIError; return errors.As(err, &e) && e.RetryAfter == 7*time.Second }, SlowDown, false},
		{"supergroup", body(400, `{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1009}}`),
			func(err error) bool { var e *APIError; return errors.As(err, &e) && e.MigrateTo == -1009 }, Moved, false},
		{"gateway's page", body(502, `<html>Bad Gateway</html>`),
			func(err error) bool { var e *ServerError; return errors.As(err, &e) && e.Status == 502 }, ServerTrouble, false},
		{"500 in the Bot API's form", body(500, `{"ok":false,"error_code":500,"description":"Internal Server Error: restart"}`), is[*ServerError], ServerTrouble, true},
		{"a gateway's JSON", body(502, `{"message":"no upstream"}`), is[*ServerError], ServerTrouble, false},
		{"a gateway's refusal", body(403, `<html>Forbidden</html>`),
			func(err error) bool { var e *APIError; return errors.As(err, &e) && e.Description == "Forbidden" }, Unknown, false},
		{"too large, without a body", body(413, ``), is[*APIError], TooLarge, false},
		{"a pause in the header alone", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "9")
			body(429, ``)(w, r)
		}, func(err error) bool { var e *APIError; return errors.As(err, &e) && e.RetryAfter == 9*time.Second }, SlowDown, false},
		{"a pause that nobody names", body(429, `{"ok":false,"error_code":429,"description":"Too Many Requests"}`),
			func(err error) bool { var e *APIError; return errors.As(err, &e) && e.RetryAfter == 0 }, SlowDown, false},
		{"a pause in words", body(400, `{"ok":false,"error_code":400,"description":"Bad Request: SLOWMODE_WAIT_27"}`),
			func(err error) bool { var e *APIError; return errors.As(err, &e) && e.RetryAfter == 27*time.Second }, SlowDown, false},
		{"gateway gave up", body(504, ``), is[*ServerError], ServerTrouble, true},
		{"a page and 200", body(200, `<html>Log in to the network</html>`), is[*ServerError], ServerTrouble, true},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://example.org"+r.URL.Path, http.StatusFound)
		}, is[*ServerError], ServerTrouble, true},
		{"result of another shape", body(200, `{"ok":true,"result":[]}`), is[*ResultError], Arrived, true},
		{"an ok that is cut off", body(200, `{"ok":true,"result":{"message_id":12,"chat":{"id`), is[*ResultError], Arrived, true},
		{"connection lost behind an ok", hangUp("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{ \"ok\": true,\"res"), is[*ResultError], Arrived, true},
		{"no code, 200", body(200, `{"ok":false,"description":"Forbidden: bot was blocked by the user"}`), is[*APIError], Blocked, false},
		{"no code, 403", body(403, `{"ok":false,"description":"Forbidden: bot was kicked from the group chat"}`), is[*APIError], Gone, false},
		{"no code, a gateway's", body(502, `{"ok":false,"description":"Forbidden: no upstream"}`), is[*ServerError], ServerTrouble, false},
		{"nothing but no", body(200, `{"ok":false}`), is[*ServerError], ServerTrouble, true},
		{"a pause as a date", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", "Thu, 26 Nov 2026 10:00:00 GMT")
			w.Header().Set("Retry-After", "Thu, 26 Nov 2026 10:00:09 GMT")
			body(429, ``)(w, r)
		}, func(err error) bool { var e *APIError; return errors.As(err, &e) && e.RetryAfter == 9*time.Second }, SlowDown, false},
		{"a pause in letters", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "4")
			body(429, `{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":"4"}}`)(w, r)
		}, func(err error) bool { var e *APIError; return errors.As(err, &e) && e.RetryAfter == 4*time.Second }, SlowDown, false},
		{"a pause of centuries", body(429, `{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":9223372036854775807}}`),
			func(err error) bool { var e *APIError; return errors.As(err, &e) && e.RetryAfter > time.Hour }, SlowDown, false},
		{"connection lost before the answer", hangUp(""), sent(true), Unknown, true},
		{"connection lost in the answer", hangUp("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok\":"), sent(true), Unknown, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var message Sent
			err := answering(t, c.answer).Call(t.Context(), "sendMessage", nil, &message)
			if !c.check(err) {
				t.Errorf("the error is %T: %v", err, err)
			}
			if got := ReasonOf(err); got != c.reason {
				t.Errorf("the reason is %d, not %d", got, c.reason)
			}
			if got := MayHaveArrived(err); got != c.arrived {
				t.Errorf("it may have arrived: %t, not %t", got, c.arrived)
			}
			tokenless(t, err.Error())
		})
	}
}

func is[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

func sent(want bool) func(error) bool {
	return func(err error) bool {
		var e *TransportError
		return errors.As(err, &e) && e.Sent == want
	}
}

func TestARequestThatNeverLeftIsNotAmbiguous(t *testing.T) {
	t.Parallel()
	for name, endpoint := range map[string]string{
		"refused":      "http://127.0.0.1:1", // a port at which nobody listens
		"no such host": "http://nowhere.invalid", "broken address": "http://[::1", "no scheme": "127.0.0.1:1",
	} {
		err := NewClient(Options{Token: testToken, Endpoint: endpoint}).Call(t.Context(), "getMe", nil, nil)
		if !sent(false)(err) || MayHaveArrived(err) {
			t.Errorf("%s: %T %v", name, err, err)
			continue
		}
		tokenless(t, err.Error())
	}
}

func TestACallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	c := answering(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		cancel()
		<-release
	})
	t.Cleanup(func() { close(release) })
	err := c.Call(ctx, "sendMessage", nil, nil)
	if !errors.Is(err, context.Canceled) || !sent(true)(err) {
		t.Errorf("the error is %T: %v", err, err)
	}
	tokenless(t, err.Error())
}

func TestNoLogAndNoMetricHoldsTheToken(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	registry := prometheus.NewRegistry()
	for _, endpoint := range []string{"http://127.0.0.1:1", "http://nowhere.invalid", "http://%%/", "http://[::1"} {
		c := NewClient(Options{
			Token: testToken, Endpoint: endpoint, Registerer: prometheus.WrapRegistererWith(prometheus.Labels{"endpoint": endpoint}, registry),
			Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		})
		_ = c.Call(t.Context(), "getMe", nil, nil)
	}
	if log.Len() == 0 {
		t.Error("nothing was logged")
	}
	tokenless(t, log.String())
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		tokenless(t, f.String())
	}
}

func tokenless(t *testing.T, text string) {
	t.Helper()
	if _, secret, _ := strings.Cut(testToken, ":"); strings.Contains(text, secret) {
		t.Errorf("the token shows in %q", text)
	}
}

// spent notes what is spent from a budget.
type spent struct{ calls int }

func (s *spent) Spend(context.Context) { s.calls++ }

func TestCallsThatTelegramCountsAreSpentFromTheBudget(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(body(200, `{"ok":true,"result":true}`))
	t.Cleanup(server.Close)
	for method, counted := range map[string]int{
		"sendMessage": 1, "sendPhoto": 1, "editMessageText": 1, "editMessageCaption": 1, "editMessageMedia": 1, "deleteMessage": 1,
		"answerCallbackQuery": 0, "getUpdates": 0, "getMe": 0, "sendChatAction": 0, "setMyCommands": 0, "deleteMyCommands": 0, "deleteWebhook": 0,
	} {
		budget := &spent{}
		c := NewClient(Options{Token: testToken, Endpoint: server.URL, Budget: budget})
		if err := c.Call(t.Context(), method, nil, nil); err != nil {
			t.Fatal(err)
		}
		if budget.calls != counted {
			t.Errorf("%s counted %d times, want %d", method, budget.calls, counted)
		}
	}
}
