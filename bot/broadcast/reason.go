package broadcast

// Reason is why a chat did not get a broadcast.
type Reason string

// The reasons.
const (
	// ReasonBlocked: the person has blocked the bot.
	ReasonBlocked Reason = "blocked"
	// ReasonGone: the account or the group is no more.
	ReasonGone Reason = "gone"
	// ReasonNoRights: the group does not let the bot write, and did not for so long as it
	// was tried.
	ReasonNoRights Reason = "no_rights"
	// ReasonRefused: Telegram refuses this message in this chat. It may take it when it was
	// corrected.
	ReasonRefused Reason = "refused"
	// ReasonGaveUp: the chat could not be reached for Options.GiveUpAfter. It may be now.
	ReasonGaveUp Reason = "gave_up"
	// inDigest: the chat has the item, by a digest. It is no outcome of a broadcast.
	inDigest Reason = "digest"
)

// reasonNumbers are how a line of the ledger names the reasons. They stand in Redis, so that
// a number is given once.
var reasonNumbers = [...]Reason{1: ReasonBlocked, 2: ReasonGone, 3: ReasonNoRights, 4: ReasonRefused, 5: ReasonGaveUp, 6: inDigest}

const reasonBits = 3

func (r Reason) number() int64 {
	for n, known := range reasonNumbers {
		if known == r {
			return int64(n)
		}
	}
	return 0
}

// numbered returns the reason with a number. One that a later release gave counts as given up.
func numbered(n int64) Reason {
	if n > 0 && n < int64(len(reasonNumbers)) {
		return reasonNumbers[n]
	}
	return ReasonGaveUp
}

// lost reports whether it is the person who ended it. The preferences say so too, and who
// comes back gets the message after all.
func (r Reason) lost() bool { return r == ReasonBlocked || r == ReasonGone }

// lasting is the reason for which an answer ends the attempts; empty where the chat only has
// another id.
func (e *Error) lasting() Reason {
	switch e.Verdict {
	case Moved:
		return ""
	case BlockedByUser:
		return ReasonBlocked
	case Gone:
		return ReasonGone
	case NoRights:
		return ReasonNoRights
	case Refused, OurFault:
		return ReasonRefused
	default:
		return ReasonGaveUp
	}
}
