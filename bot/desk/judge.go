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
	refuse := func(why Refusal) (next, Outcome) {
		return next{}, Outcome{Case: s.Case, Result: Refused, Refusal: why}
	}
	if a.Who != 0 && s.roles == 0 {
		return next{}, Outcome{Result: Refused, Refusal: NotAllowed} // strangers are shown nothing
	}
	if s.repeated {
		return next{}, Outcome{Case: s.Case, Result: Repeated}
	}
	c := s.clone()
	if s.raw == "" {
		c = Case{ID: a.Case, Kind: a.Kind, Items: slices.Clone(a.Items), Created: s.now}
	}
	rule, ok := ruleFor(a.Verb, c.Kind, c.Status)
	seen := s.raw == "" || rule.Stale || a.Version == s.Version
	switch {
	case s.raw == "" && (!ok || !caseID.MatchString(a.Case) || len(a.Items) > mostItems):
		return refuse(NoCase)
	case s.raw == "" && len(a.Items) == 0 && (a.Verb != Write || a.Kind == Correct):
		return refuse(NoCase)
	case !seen && !(ok && a.Verb == Change):
		return next{}, Outcome{Case: s.Case, Result: Conflict}
	case !ok:
		return refuse(WrongStatus)
	}
	if why := rule.allows(c, a.Who, s.roles, d.alone(c, a.Who)); why != "" {
		return refuse(why)
	}
	if a.Verb == Go && s.roles&Approver == 0 { // its approver's
		return refuse(NotAllowed)
	}
	if n := utf8.RuneCountInString(a.Reason); n > maxReason || rule.Reasoned && n == 0 {
		return refuse(NoReason)
	}
	if a.Changes != nil && (a.Verb == Write || a.Verb == Change) {
		if a.Changes.size() > maxContent {
			return refuse(TooLong)
		}
		if clashes := c.change(*a.Changes, a.Version); len(clashes) > 0 {
			return next{}, Outcome{Case: s.Case, Result: Conflict, Clashes: clashes}
		}
	}
	if rule.Checked {
		if found := d.mistakes(c, s.now); len(found) > 0 {
			return next{}, Outcome{Case: s.Case, Result: Refused, Refusal: ChecksFailed, Findings: found}
		}
	}
	if a.Verb == Approve && !c.At.IsZero() && s.now.Sub(c.At) > tooLate {
		return next{}, Outcome{Case: s.Case, Result: Refused, Refusal: ChecksFailed, Findings: []Finding{{Check: CheckTimePast, Error: true}}}
	}
	n := next{Case: c, rule: rule}
	if a.Verb == Done && c.Ended { // what was ended stays so, should somebody still publish it
		n.rule.Halt = Unchanged
	}
	n.become(a, s.now, d.options.Hold)
	n.Alone = n.Alone || a.Verb == Approve && c.Hand(a.Who)
	return n, Outcome{}
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
	n.Status, n.Changed = n.rule.To, now
	if n.rule.Joins {
		n.join(a.Who)
	}
	n.Due = time.Time{}
	switch a.Verb {
	case Submit:
		n.SubmittedBy, n.Reason = a.Who, ""
	case Return:
		n.Reason = a.Reason
	case Approve:
		n.ApprovedBy, n.Reach, n.Reason, n.Due = a.Who, a.Reach, "", n.due(now, hold)
	case Miss:
		n.Reason, n.ApprovedBy, n.Alone = a.Reason, 0, false
	case TakeBack, Change:
		n.ApprovedBy, n.SubmittedBy, n.Alone = 0, 0, false
	case Go:
		n.SentAt = now
		if n.Kind == Announce {
			n.Items = n.editionIDs()
		}
	case Stop:
		n.StoppedBy, n.StoppedAt, n.Ended = a.Who, now, false
		n.Feed = n.Feed || n.Version == 1
	case GoOn:
		n.StoppedAt = time.Time{}
	case End:
		n.Ended = true
	case Retry:
		n.Retrying, n.Ended = true, false
		n.Feed = n.Feed || n.Version == 1
	case Done:
		n.Retrying = false
	}
}

// due is when what is approved now goes: at its time, or when the hold is over.
func (c Case) due(now time.Time, hold time.Duration) time.Time {
	if c.Urgent || c.Kind == Withdraw {
		hold = min(hold, holdUrgent)
	}
	if due := now.Add(hold); c.At.Before(due) {
		return due
	}
	return c.At
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
