package delivery

import (
	"errors"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/telegram"
)

// verdicts say what each meaning is to a broadcast when no remedy is left. What is not
// here is refused: Telegram has answered, and would answer the same again.
var verdicts = map[telegram.Reason]broadcast.Verdict{
	telegram.SlowDown:       broadcast.SlowDown,
	telegram.ServerTrouble:  broadcast.Transient,
	telegram.Blocked:        broadcast.BlockedByUser,
	telegram.Gone:           broadcast.Gone,
	telegram.Moved:          broadcast.Moved,
	telegram.NoRights:       broadcast.NoRights,
	telegram.MediaForbidden: broadcast.NoRights,
	telegram.TopicClosed:    broadcast.NoRights,
	telegram.OurFault:       broadcast.OurFault,
	telegram.Malformed:      broadcast.OurFault,
	telegram.TooLarge:       broadcast.OurFault,
	telegram.OtherProgram:   broadcast.Conflict,
	telegram.WebhookActive:  broadcast.Conflict,
	telegram.WrongToken:     broadcast.Unauthorized,
}

// verdict turns an error of the client into what a broadcast decides by.
func verdict(err error) *broadcast.Error {
	e := &broadcast.Error{Verdict: broadcast.Transient, Err: err}
	var refused *telegram.APIError
	switch {
	case errors.As(err, &refused):
		e.Verdict = broadcast.Refused
		if known, found := verdicts[telegram.ReasonOf(err)]; found {
			e.Verdict = known
		}
		e.After = refused.RetryAfter
		e.MovedTo = refused.MigrateTo
		e.Reason, e.Words = telegram.Normalized(refused.Description), refused.Description
	case telegram.MayHaveArrived(err):
		e.Verdict = broadcast.Ambiguous
	}
	return e
}
