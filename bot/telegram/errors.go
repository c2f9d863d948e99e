package telegram

import (
	"fmt"
	"strings"
	"time"
)

// APIError is Telegram's refusal of a call: an answer from 400 to 499.
type APIError struct {
	Method string
	Code   int // as an HTTP status
	// Description is in English, as Telegram words it; the status's own name where the
	// answer was not the Bot API's.
	Description string
	RetryAfter  time.Duration // how long to wait; 0 where nothing is said of it
	MigrateTo   int64         // the supergroup that the group has become; otherwise 0
}

func (e *APIError) Error() string {
	return fmt.Sprintf("%s: telegram answers %d %s", e.Method, e.Code, e.Description)
}

// ServerError is an answer that decides nothing: a gateway's error page, or Telegram's
// own trouble, from 500 on. It also stands for a page in place of an answer.
type ServerError struct {
	Method string
	Status int
	// Description is what the Bot API's server says of it; empty where a gateway answered.
	Description string
}

func (e *ServerError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%s: telegram's server fails with status %d %s", e.Method, e.Status, e.Description))
}

// ResultError is an answer that says ok, and whose result can't be read: the call was carried out.
type ResultError struct {
	Method string
	Err    error
}

func (e *ResultError) Error() string {
	return fmt.Sprintf("%s: telegram's answer: %v", e.Method, e.Err)
}

// Unwrap returns why it can't be read.
func (e *ResultError) Unwrap() error { return e.Err }

// TransportError is a call to which no answer came.
type TransportError struct {
	Method string
	// Sent reports whether the request went out. Telegram may have carried it out then.
	Sent bool
	Err  error
}

func (e *TransportError) Error() string { return fmt.Sprintf("%s: no answer: %v", e.Method, e.Err) }

// Unwrap returns what the network said.
func (e *TransportError) Unwrap() error { return e.Err }
