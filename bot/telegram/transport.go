package telegram

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// answerLimit is the most that is read of an answer: a hundred updates of the longest
// kind fit in several times over.
const answerLimit = 16 << 20

// transport is one HTTP request and its answer. It gives the library's request the
// context that the library lacks, and notes what the library drops.
type transport struct {
	ctx    context.Context // of this one call: a transport lives no longer
	http   *http.Client
	status int           // of the answer; 0 if none came
	date   string        // when it was given, as its server says; empty without one
	pause  time.Duration // Retry-After; 0 without one
	saysOK bool          // it begins so, whatever follows
	err    error         // why none came, without the address and its token
	sent   atomic.Bool   // the whole request went out: it may have been taken
}

// Do makes the request and reads the whole answer, so that the connection is free for
// the next one and a torn answer is told from a strange one.
func (x *transport) Do(r *http.Request) (*http.Response, error) {
	trace := &httptrace.ClientTrace{WroteRequest: func(w httptrace.WroteRequestInfo) {
		if w.Err == nil {
			x.sent.Store(true)
		}
	}}
	answer, err := x.http.Do(r.WithContext(httptrace.WithClientTrace(x.ctx, trace)))
	if err != nil {
		x.err = withoutAddress(err)
		return nil, x.err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, answerLimit))
	x.saysOK = answer.StatusCode == http.StatusOK && beginsOK.Match(body)
	if err != nil {
		x.err = err
		return nil, err
	}
	x.status, x.date = answer.StatusCode, answer.Header.Get("Date")
	x.pause = pauseIn(answer.Header)
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// beginsOK is how an answer begins that says yes.
var beginsOK = regexp.MustCompile(`^\s*\{\s*"ok"\s*:\s*true\b`)

// pauseIn is the pause that the header Retry-After asks for, in seconds or as a date; 0
// without one.
func pauseIn(h http.Header) time.Duration {
	asked := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(asked); err == nil {
		return wait(seconds)
	}
	until, err := http.ParseTime(asked)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return max(0, until.Sub(now))
}

// withoutAddress takes off the *url.Error, which prints the address and in it the token.
func withoutAddress(err error) error {
	for {
		var u *url.Error
		if !errors.As(err, &u) {
			return err
		}
		err = u.Err
	}
}

// refusal is the answer as an error: an *APIError, or a *ServerError where it decides
// nothing. Where the answer is not the Bot API's, its status is all there is to go by.
func (x *transport) refusal(method string, said tgbotapi.Error) error {
	code, description := said.Code, bounded(said.Message)
	if code == 0 {
		if code = namedCode(x.status, description); code == 0 {
			code, description = x.status, ""
		}
	}
	if code < http.StatusBadRequest || code >= http.StatusInternalServerError {
		return &ServerError{Method: method, Status: code, Description: description}
	}
	pause := x.pause
	if said.RetryAfter != 0 {
		pause = wait(said.RetryAfter)
	} else if words := waitInWords.FindStringSubmatch(description); words != nil && pause == 0 {
		seconds, _ := strconv.Atoi(words[1]) // digits; so many that they are no number ask for nothing
		pause = wait(seconds)
	}
	return &APIError{
		Method: method, Code: code, Description: cmp.Or(description, http.StatusText(code)),
		RetryAfter: pause, MigrateTo: said.MigrateToChatID,
	}
}

// namedCodes are those that the words begin with in an answer that leaves the code itself out.
// Whoever stands between may say that something is unauthorized or not found.
var namedCodes = []int{http.StatusBadRequest, http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests}

func namedCode(status int, description string) int {
	for _, code := range namedCodes {
		if status < http.StatusInternalServerError && strings.HasPrefix(description, http.StatusText(code)+":") {
			return code
		}
	}
	return 0
}

// waitInWords is how Telegram's core asks to wait, where its server has not put that into
// parameters.
var waitInWords = regexp.MustCompile(`(?i)(?:_wait_|retry after )([0-9]+)`)

// descriptionLimit is the most that is kept of Telegram's words, in bytes.
const descriptionLimit = 2048

func bounded(words string) string {
	return strings.ToValidUTF8(words[:min(len(words), descriptionLimit)], "")
}

// wait reads how many seconds somebody asks to wait.
func wait(seconds int) time.Duration {
	return time.Duration(min(max(0, seconds), math.MaxInt32)) * time.Second // more is no duration
}
