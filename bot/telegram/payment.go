package telegram

import (
	"errors"
	"regexp"
	"slices"
	"strings"
)

// PaidParam asks that a message is taken above the free rate, for a tenth of a Star; see
// https://core.telegram.org/bots/api#paid-broadcasts.
const PaidParam = "allow_paid_broadcast"

// aboutPayment are the words of refusals that speak of it, whatever else they may mean: that
// of an empty balance is BALANCE_TOO_LOW.
var aboutPayment = regexp.MustCompile(`paid|pay(ment|_|\b)|balance|floodskip|(^|[^a-z])stars?([^a-z]|$)`)

// vague are the reasons that may stand for anything.
var vague = []Reason{Unknown, OurFault, Declined, NoRights, Malformed}

// MayBePayment reports whether a call that was to be paid for may have been refused for that,
// and not for the chat or for what it says. Which words Telegram has for it is not published.
func MayBePayment(err error) bool {
	var refused *APIError
	if !errors.As(err, &refused) {
		return false
	}
	switch what := ReasonOf(err); what {
	case SlowDown, Moved:
		return false
	default:
		return slices.Contains(vague, what) || aboutPayment.MatchString(strings.ToLower(refused.Description))
	}
}
