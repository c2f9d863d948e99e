package desk

import "slices"

// Verb is what an act does.
type Verb string

// The verbs.
const (
	Write    Verb = "write"
	Change   Verb = "change"
	Submit   Verb = "submit"
	Return   Verb = "return"
	Approve  Verb = "approve"
	TakeBack Verb = "takeback"
	Go       Verb = "go"
	Miss     Verb = "miss"
	Stop     Verb = "stop"
	GoOn     Verb = "goon"
	End      Verb = "end"
	Retry    Verb = "retry"
	Done     Verb = "done"
	Discard  Verb = "discard"
)

// Halt says what an act does to the broadcasts of the case's items.
type Halt string

// What it does to them.
const (
	Unchanged Halt = ""
	Halted    Halt = "halt" // they send no more, until somebody decides
	Over      Halt = "over" // they end
	Free      Halt = "free" // they go on
)

// Rule is what may happen to a case, and who may do it.
type Rule struct {
	Verb  Verb
	Kinds []Kind   // of the cases it is for; of all where empty
	From  []Status // None: it makes the case
	To    Status
	Roles Role // who has one of them may
	Hands bool // the hands may as well
	Clock bool // the clock may
	// Apart: whoever is one of the hands may not, but for Options.One, and for
	// Options.Alone where it is urgent.
	Apart bool
	// Joins: who does it becomes one of the hands.
	Joins    bool
	Checked  bool // only where the checks find no error
	Reasoned bool // only with a reason
	// Unended: not where it was decided that it ends so.
	Unended bool
	// Stale: the version that is named need not be the last one.
	Stale bool
	Halt  Halt
}

var (
	texts  = []Kind{Announce, Correct}
	onlyTo = []Kind{Announce}
)

// Rules are all that can happen. The views draw their buttons from it.
var Rules = []Rule{
	{Verb: Write, Kinds: texts, From: []Status{None}, To: Draft, Roles: Officer, Joins: true},
	{Verb: Change, Kinds: texts, From: []Status{Draft, Returned}, To: Draft, Roles: Officer, Joins: true},
	{Verb: Submit, Kinds: texts, From: []Status{Draft, Returned}, To: Submitted, Roles: Officer, Joins: true, Checked: true},
	{Verb: Return, Kinds: texts, From: []Status{Submitted}, To: Returned, Roles: Approver, Reasoned: true},
	{Verb: Approve, From: []Status{Submitted}, To: Approved, Roles: Approver, Apart: true},
	// With a wrong text minutes count: one approver takes it back, and the desk is told.
	{Verb: Approve, Kinds: []Kind{Withdraw}, From: []Status{None}, To: Approved, Roles: Approver},
	{Verb: TakeBack, Kinds: texts, From: []Status{Submitted, Approved}, To: Draft, Roles: Approver, Hands: true},
	{Verb: TakeBack, Kinds: []Kind{Withdraw}, From: []Status{Submitted, Approved}, To: Discarded, Roles: Approver},
	{Verb: Go, From: []Status{Approved}, To: Sending, Clock: true},
	{Verb: Miss, From: []Status{Approved}, To: Submitted, Clock: true},
	// Unasked: it can be undone. From None it is a feed's item, whose case begins here.
	// After a restore the clock does it.
	{Verb: Stop, Kinds: onlyTo, From: []Status{None, Sending}, To: Stopped, Roles: Officer | Approver | Operator, Clock: true, Stale: true, Halt: Halted},
	{Verb: GoOn, Kinds: onlyTo, From: []Status{Stopped}, To: Sending, Roles: Approver, Unended: true, Halt: Free},
	{Verb: End, Kinds: onlyTo, From: []Status{Stopped}, To: Stopped, Roles: Approver, Clock: true, Unended: true, Halt: Over},
	// Those who could not be reached are tried again.
	{Verb: Retry, Kinds: onlyTo, From: []Status{None, Sent}, To: Sending, Roles: Approver, Halt: Free},
	{Verb: Done, From: []Status{Sending, Stopped}, To: Sent, Clock: true, Halt: Free},
	{Verb: Discard, From: []Status{Draft, Returned, Submitted}, To: Discarded, Roles: Approver, Hands: true, Clock: true},
}

// ruleFor finds the rule for an act on a case; ok is false where there is none.
func ruleFor(verb Verb, kind Kind, from Status) (Rule, bool) {
	for _, r := range Rules {
		if r.Verb == verb && slices.Contains(r.From, from) && (len(r.Kinds) == 0 || slices.Contains(r.Kinds, kind)) {
			return r, true
		}
	}
	return Rule{}, false
}

// allows reports whether somebody with these roles may do it to the case. alone is said of
// those who may approve what they wrote themselves.
func (r Rule) allows(c Case, who int64, roles Role, alone bool) Refusal {
	switch {
	case r.Unended && c.Ended:
		return WrongStatus
	case who == 0 && r.Clock:
		return ""
	case who == 0 || roles == 0:
		return NotAllowed
	case roles&r.Roles == 0 && !(r.Hands && c.Hand(who)):
		return NotAllowed
	case r.Apart && c.Hand(who) && !alone:
		return OwnText
	}
	return ""
}
