package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"
)

// next is what a case becomes by an act.
type next struct {
	Case
	rule Rule
}

// sight is what an act was judged by.
type sight struct {
	Case
	raw      string // the case as read, empty for none
	repeated bool   // the act was done before
	who      int64  // whose entry was read: of Go and Miss, the approver's
	entry    string
	roles    Role // theirs
	now      time.Time
}

// judge says what the case becomes, or, with a result, why it does not.
func (d *Desk) judge(s sight, a Act) (next, Outcome) {
	if a.Who != 0 && s.roles == 0 {
		return next{}, Outcome{Result: Refused, Refusal: NotAllowed} // strangers are shown nothing
	}
	if s.repeated {
		return next{}, Outcome{Case: s.Case, Result: Repeated}
	}
	n := next{Case: s.clone()}
	out := n.find(s, a)
	if out.Result == "" {
		out = d.permit(n, s, a)
	}
	if out.Result == "" {
		out = d.fill(&n, s.now, a)
	}
	if out.Result != "" {
		out.Case = s.Case
		return next{}, out
	}
	if a.Verb == Done && n.Ended { // what was ended stays so, should somebody still publish it
		n.rule.Halt = Unchanged
	}
	own := a.Verb == Approve && n.Hand(a.Who)
	n.become(a, s.now, d.options.Hold)
	n.Alone = n.Alone || own
	return n, Outcome{}
}

// find finds the rule for an act; the case begins here where there is none.
func (n *next) find(s sight, a Act) Outcome {
	fresh := s.raw == ""
	if fresh {
		n.Case = Case{ID: a.Case, Kind: a.Kind, Items: slices.Clone(a.Items), Created: s.now}
	}
	var ok bool
	n.rule, ok = ruleFor(a.Verb, n.Kind, n.Status)
	if fresh {
		if !ok || !a.begins() {
			return Outcome{Result: Refused, Refusal: NoCase}
		}
		return Outcome{}
	}
	merges := ok && a.Verb == Change // see Case.change
	switch {
	case a.Version != s.Version && !n.rule.Stale && !merges:
		return Outcome{Result: Conflict}
	case !ok:
		return Outcome{Result: Refused, Refusal: WrongStatus}
	}
	return Outcome{}
}

// begins reports whether an act says what a new case needs: only an announcement has no
// items yet when it is written.
func (a Act) begins() bool {
	return caseID.MatchString(a.Case) && len(a.Items) <= mostItems &&
		(len(a.Items) > 0 || a.Verb == Write && a.Kind == Announce)
}

// permit asks whether who acts may.
func (d *Desk) permit(n next, s sight, a Act) Outcome {
	if a.Paid != 0 && (a.Verb != Approve || n.Kind != Announce || !n.Urgent || a.Paid < 0) {
		return Outcome{Result: Refused, Refusal: NotAllowed} // nothing else is paid for
	}
	why := n.rule.allows(n.Case, a.Who, s.roles, d.alone(n.Case, a.Who))
	if why == "" && a.Verb == Go && s.roles&Approver == 0 { // the roles of who approved it
		why = NotAllowed
	}
	if why != "" {
		return Outcome{Result: Refused, Refusal: why}
	}
	if length := utf8.RuneCountInString(a.Reason); length > maxReason || n.rule.Reasoned && length == 0 {
		return Outcome{Result: Refused, Refusal: NoReason}
	}
	return Outcome{}
}

// fill makes the act's changes, and checks what is to be checked.
func (d *Desk) fill(n *next, now time.Time, a Act) Outcome {
	if a.Changes != nil && (a.Verb == Write || a.Verb == Change) {
		if a.Changes.size() > maxContent {
			return Outcome{Result: Refused, Refusal: TooLong}
		}
		if clashes := n.change(*a.Changes, a.Version); len(clashes) > 0 {
			return Outcome{Result: Conflict, Clashes: clashes}
		}
	}
	var found []Finding
	if n.rule.Checked {
		found = d.mistakes(n.Case, now)
	}
	if a.Verb == Approve && !n.At.IsZero() && now.Sub(n.At) > tooLate {
		found = []Finding{{Check: CheckTimePast, Error: true}}
	}
	if len(found) > 0 {
		return Outcome{Result: Refused, Refusal: ChecksFailed, Findings: found}
	}
	return Outcome{}
}

// caseID is what a case may be called: it stands in keys, and in what buttons say.
var caseID = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// What an act may bring.
const (
	mostItems  = 32      // editions of one item, and some
	maxReason  = 500     // characters
	maxContent = 200_000 // bytes
)

// become notes what the act does to the case besides its texts.
func (n *next) become(a Act, now time.Time, hold time.Duration) {
	n.Version++
	n.Status, n.Changed, n.Due = n.rule.To, now, time.Time{}
	if n.rule.Joins {
		n.join(a.Who)
	}
	switch a.Verb {
	case Submit:
		n.SubmittedBy, n.Reason = a.Who, ""
	case Return:
		n.Reason = a.Reason
	case Approve:
		n.ApprovedBy, n.Reach, n.Reason, n.Due, n.Paid = a.Who, a.Reach, "", n.due(now, hold), a.Paid
	case Miss:
		n.Reason, n.ApprovedBy, n.Alone, n.Paid = a.Reason, 0, false, 0
	case TakeBack, Change:
		n.ApprovedBy, n.SubmittedBy, n.Alone, n.Paid = 0, 0, false, 0
	case Go:
		n.SentAt = now
		if n.Kind == Announce {
			n.Items = n.editionIDs()
		}
	default:
		n.send(a, now)
	}
}

// send notes what the act does to what goes out.
func (n *next) send(a Act, now time.Time) {
	n.Feed = n.Feed || n.Version == 1 && (a.Verb == Stop || a.Verb == Retry)
	switch a.Verb {
	case Stop:
		n.StoppedBy, n.StoppedAt, n.Ended = a.Who, now, false
		if a.Who == 0 { // after a restore nobody knows what was paid for
			n.Paid = 0
		}
	case GoOn:
		n.StoppedAt = time.Time{}
	case End:
		n.Ended = true
	case Retry:
		n.Retrying, n.Ended = true, false
	case Done:
		n.Retrying, n.Sums, n.Reason = false, a.sums, a.Reason
	}
}

// due is when what is approved now goes: at its time, or when the hold is over.
func (c Case) due(now time.Time, hold time.Duration) time.Time {
	if due := now.Add(c.hold(hold)); c.At.Before(due) {
		return due
	}
	return c.At
}

// hold is how long it can be taken back before it goes.
func (c Case) hold(usual time.Duration) time.Duration {
	if c.Urgent || c.Kind == Withdraw {
		return min(usual, holdUrgent)
	}
	return usual
}

// holdUrgent is the longest that what is urgent can be taken back before it goes.
const holdUrgent = 10 * time.Second

// content is what an approver approves.
type content struct {
	Kind       Kind            `json:"kind"`
	Texts      map[string]Text `json:"texts,omitempty"`
	Picture    string          `json:"picture,omitempty"`
	PictureBot int64           `json:"picture_bot,omitempty"`
	Topic      string          `json:"topic,omitempty"`
	Urgent     bool            `json:"urgent,omitempty"`
	At         time.Time       `json:"at,omitzero"`
	Missing    Missing         `json:"missing,omitempty"`
	Main       string          `json:"main,omitempty"`
}

// sum is the SHA-256 of what an approver approves, and that itself. A feed's item has none.
func (c Case) sum() (string, []byte, error) {
	if len(c.Texts) == 0 {
		return "", nil, nil
	}
	raw, err := json.Marshal(content{c.Kind, c.Texts, c.Picture, c.PictureBot, c.Topic, c.Urgent, c.At, c.Missing, c.Main})
	if err != nil {
		return "", nil, err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), raw, nil
}
