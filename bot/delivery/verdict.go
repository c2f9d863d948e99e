package delivery

import (
	"errors"
	"slices"

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

// blames are the verdicts that find a chat or an item at fault.
var blames = []broadcast.Verdict{broadcast.Refused, broadcast.OurFault, broadcast.NoRights}

// verdictOn is verdict for a delivery: of one that is paid for, the payment may be at fault.
func verdictOn(d broadcast.Delivery, err error) *broadcast.Error {
	e := verdict(err)
	if d.Paid && (slices.Contains(blames, e.Verdict) || telegram.MayBePayment(err)) {
		e.Verdict = broadcast.Unpaid
	}
	return e
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
