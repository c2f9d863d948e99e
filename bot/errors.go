package bot

import (
	"fmt"
	"time"
)

// APIError is Telegram's refusal of a call.
type APIError struct {
	Method      string
	Code        int           // as an HTTP status
	Description string        // in English, as Telegram words it
	RetryAfter  time.Duration // with 429: how long to wait; otherwise 0
	MigrateTo   int64         // the supergroup that the group has become; otherwise 0
}

func (e *APIError) Error() string {
	return fmt.Sprintf("%s: telegram answers %d %s", e.Method, e.Code, e.Description)
}

// ServerError is an answer that is none: a gateway's error page, or Telegram's own
// trouble. A status of 500 and above says that the call was not carried out.
type ServerError struct {
	Method string
	Status int
}

func (e *ServerError) Error() string {
	return fmt.Sprintf("%s: telegram's server fails with status %d", e.Method, e.Status)
}

// TransportError is a call to which no answer came.
type TransportError struct {
	Method string
	// Sent says that the request went out, so that Telegram may have carried it out.
	Sent bool
	Err  error
}

func (e *TransportError) Error() string { return fmt.Sprintf("%s: no answer: %v", e.Method, e.Err) }

// Unwrap returns what the network said.
func (e *TransportError) Unwrap() error { return e.Err }
