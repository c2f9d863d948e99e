package bot

import (
	"errors"
	"net/http"
	"strings"

	"kabarchy/bot/broadcast"
)

// meaningOf says what an error of the client comes to; unknown if Telegram did not answer.
func meaningOf(err error) meaning {
	var (
		refused *APIError
		failed  *ServerError
	)
	switch {
	case errors.As(err, &refused) && refused.MigrateTo != 0:
		return moved
	case errors.As(err, &refused):
		return meaningIn(refused.Method, refused.Code, refused.Description)
	case errors.As(err, &failed) && strings.Contains(failed.Description, "immediately deleted"):
		return arrived
	case errors.As(err, &failed):
		return passing
	}
	return unknown
}

// verdicts say what each meaning is to a broadcast when no remedy is left. What is not
// here is refused: Telegram has answered, and would answer the same again.
var verdicts = map[meaning]broadcast.Verdict{
	slowDown:       broadcast.SlowDown,
	passing:        broadcast.Transient,
	blocked:        broadcast.BlockedByUser,
	gone:           broadcast.Gone,
	moved:          broadcast.Moved,
	noRights:       broadcast.NoRights,
	mediaForbidden: broadcast.NoRights,
	topicClosed:    broadcast.NoRights,
	ourFault:       broadcast.OurFault,
	malformed:      broadcast.OurFault,
	tooLarge:       broadcast.OurFault,
	otherProgram:   broadcast.Conflict,
	webhookActive:  broadcast.Conflict,
	wrongToken:     broadcast.Unauthorized,
}

// verdict turns an error of the client into what a broadcast decides by.
func verdict(err error) *broadcast.Error {
	e := &broadcast.Error{Verdict: broadcast.Transient, Err: err}
	var (
		refused *APIError
		failed  *ServerError
		silent  *TransportError
	)
	switch {
	case errors.As(err, &refused):
		e.Verdict = broadcast.Refused
		if known, found := verdicts[meaningOf(err)]; found {
			e.Verdict = known
		}
		e.After = refused.RetryAfter
		e.MovedTo = refused.MigrateTo
		e.Reason = reason(refused.Description)
	case errors.As(err, &failed):
		if failed.mayHaveArrived() {
			e.Verdict = broadcast.Ambiguous
		}
	case errors.As(err, &silent):
		if silent.Sent {
			e.Verdict = broadcast.Ambiguous
		}
	default:
		e.Verdict = broadcast.Ambiguous // an answer came, but not one that names the message
	}
	return e
}

// mayHaveArrived reports whether the call may have been carried out. A gateway that gave
// up waiting, or put its own page in the answer's place, does not know; the Bot API's
// server in trouble ("restart", "request aborted") does not, either.
func (e *ServerError) mayHaveArrived() bool {
	return e.Status < http.StatusInternalServerError || e.Status == http.StatusGatewayTimeout || e.Description != ""
}
