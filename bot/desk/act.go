package desk

// Act is what somebody wants done.
type Act struct {
	// ID is the same however often the act comes: of a press, a hash of chat, message and
	// data; of a form, its nonce; of the clock, verb, case and version.
	ID   string
	Verb Verb
	// Case is its id: of one to be written, chosen by the view, so that it is made once; of a
	// feed's item, the item's.
	Case string
	// Version is the one that was seen. It is not looked at where the act makes the case, or
	// its rule says so.
	Version int
	Who     int64 // 0: the clock
	Kind    Kind  // where the act makes the case
	// Items are what is corrected, withdrawn or stopped, where the act makes the case.
	Items   []string
	Changes *Changes // of Write and Change
	Reason  string   // of Return, in 1 to 500 characters
	Reach   int      // the number that was shown
	// Paid, of Approve, is for how many of the messages may be paid: the price was shown for
	// so many. 0 where it goes free, as it does unless somebody says otherwise.
	Paid int
	Via  string // "chat", "web" or "clock"
	sums *Sums  // of Done: what became of the case's messages
}

// Result says what became of an act.
type Result string

// The results.
const (
	Acted    Result = "acted"
	Repeated Result = "repeated" // it was done before, and nothing was done now
	Conflict Result = "conflict" // the case is another than was seen: look again
	Refused  Result = "refused"
)

// Refusal is why an act was refused.
type Refusal string

// The refusals.
const (
	NotAllowed   Refusal = "not_allowed"  // not for who asks; also for who is not at the desk
	OwnText      Refusal = "own_text"     // somebody else has to approve
	WrongStatus  Refusal = "wrong_status" // not now
	NoCase       Refusal = "no_case"      // there is none, or no more
	NoReason     Refusal = "no_reason"    // none was given, or more than 500 characters
	TooLong      Refusal = "too_long"     // more than is kept
	ChecksFailed Refusal = "checks"       // see Outcome.Findings
)

// Outcome is what an act answers.
type Outcome struct {
	Case     Case // as it is now
	Result   Result
	Refusal  Refusal   // with Refused
	Findings []Finding // with ChecksFailed
	Clashes  []Clash   // with Conflict, of Change: what another changed as well
}

// Clash is a field that two people changed. Where it is a text, both are here: theirs, which
// is kept, and mine, which is kept once the same change comes with the case's version.
type Clash struct {
	Field        string
	Theirs, Mine Text
}
