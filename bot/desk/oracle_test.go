package desk

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// table says again, in the words of who runs a press office, what may happen: from where,
// whereto, and by whom. O, A and P are officers, approvers and operators, H is a hand of the
// case, C the clock.
var table = map[Verb][]string{
	Write:    {"- draft O"},
	Change:   {"draft,returned draft O"},
	Submit:   {"draft,returned submitted O"},
	Return:   {"submitted returned A"},
	Approve:  {"submitted approved A"},
	TakeBack: {"submitted,approved draft AH"},
	Go:       {"approved sending C"},
	Miss:     {"approved submitted C"},
	Stop:     {"-,sending stopped OAP"},
	GoOn:     {"stopped sending A"},
	End:      {"stopped stopped AC"},
	Retry:    {"-,sent sending A"},
	Done:     {"sending,stopped sent C"},
	Discard:  {"draft,returned,submitted discarded AHC"},
}

// withdrawals are what is otherwise with them; "" for what there is not.
var withdrawals = map[Verb][]string{
	Write: {}, Change: {}, Submit: {}, Return: {}, Stop: {}, GoOn: {}, End: {}, Retry: {},
	Approve:  {"-,submitted approved A"},
	TakeBack: {"submitted,approved discarded A"},
}

// oracle knows what may happen next.
type oracle struct {
	people []Person
	eldar  bool // is at the desk
	cases  map[string]*known
	acts   map[string]time.Time // that were done, and when
	lines  int                  // of the audit, so far
}

// known is what the oracle knows of a case.
type known struct {
	kind     Kind
	status   Status
	version  int
	hands    []int64
	urgent   bool
	approver int64
	approved string // the SHA-256 of what was
	due      time.Time
	changed  time.Time
	stopped  time.Time
	ended    bool
	released bool // its items are in the archive
	texts    int
}

func newOracle() oracle {
	return oracle{cases: make(map[string]*known), acts: make(map[string]time.Time)}
}

func (k *known) halt() string {
	switch {
	case k.ended:
		return "over"
	case k.status == Stopped:
		return "halt"
	}
	return ""
}

// roles of somebody, as letters.
func (o *oracle) roles(who int64) (letters string) {
	if who == eldar && o.eldar {
		return "O"
	}
	for _, p := range o.people {
		if p.ID == who {
			for role, letter := range map[Role]string{Officer: "O", Approver: "A", Operator: "P"} {
				if p.Roles&role != 0 {
					letters += letter
				}
			}
		}
	}
	return letters
}

// may says whereto an act leads from a status, and whether who does it may.
func (o *oracle) may(verb Verb, k *known, who int64) (to Status, allowed bool) {
	rows := table[verb]
	if other, ok := withdrawals[verb]; ok && k.kind == Withdraw {
		rows = other
	}
	if k.kind == Correct && (verb == Stop || verb == GoOn || verb == End || verb == Retry) {
		return "", false
	}
	from := string(k.status)
	if k.version == 0 {
		from = "-"
	}
	letters := o.roles(who)
	if letters != "" && slices.Contains(k.hands, who) {
		letters += "H"
	}
	if who == 0 {
		letters = "C"
	}
	for _, row := range rows {
		cells := strings.Fields(row)
		if slices.Contains(strings.Split(cells[0], ","), from) {
			return Status(cells[1]), strings.ContainsAny(cells[2], letters)
		}
	}
	return "", false
}

// predict says what an act answers that comes alone.
func (o *oracle) predict(a Act) string {
	k, ok := o.cases[a.Case]
	if !ok {
		k = &known{kind: a.Kind}
	}
	to, allowed := o.may(a.Verb, k, a.Who)
	switch {
	case o.roles(a.Who) == "":
		return string(Refused)
	case o.acts[a.ID].After(time.Now().Add(-keptAct)):
		return string(Repeated)
	case !o.acts[a.ID].IsZero():
		return "" // it may be known still
	case !ok && len(a.Items) == 0 && (a.Verb != Write || a.Kind == Correct):
		return string(Refused)
	case ok && a.Version != k.version && (a.Verb != Stop || to == ""):
		return "" // Conflict or merged: see take
	case !allowed, k.ended && (a.Verb == GoOn || a.Verb == End):
		return string(Refused)
	case a.Verb == Approve && !o.another(k, a.Who), a.Verb == Submit && k.texts == 0:
		return string(Refused)
	}
	return string(Acted)
}

// another reports whether somebody may approve by not having written it.
func (o *oracle) another(k *known, who int64) bool {
	return !slices.Contains(k.hands, who) || k.urgent && who == aizada
}

// take looks at a line of the audit; a is the act that it tells of, where it was a person's.
func (o *oracle) take(l Line, a Act) error {
	o.lines++
	switch l.Verb {
	case Invite:
		return nil
	case Accept:
		o.eldar = true
		return nil
	case PutOut:
		o.eldar = false
		return nil
	}
	k, ok := o.cases[l.Case]
	if !ok {
		k = &known{kind: l.Kind}
		o.cases[l.Case] = k
	}
	to, allowed := o.may(l.Verb, k, l.Who)
	switch {
	case !allowed:
		return fmt.Errorf("not allowed from %s", k.status)
	case l.From != k.status || l.To != to:
		return fmt.Errorf("from %s to %s, and not from %s to %s", l.From, l.To, k.status, to)
	case l.Version != k.version+1:
		return fmt.Errorf("it makes version %d of %d", l.Version, k.version)
	case o.acts[a.ID].After(l.At.Add(-keptAct)):
		return errors.New("it was done before")
	case l.Who != 0 && ok && a.Verb != Stop && a.Verb != Change && a.Version != k.version:
		return fmt.Errorf("it was done to version %d, and the case is %d", a.Version, k.version)
	}
	if err := o.rules(l, k); err != nil {
		return err
	}
	if a.ID != "" {
		o.acts[a.ID] = l.At
	}
	k.follow(l, a)
	return nil
}

// rules are those that the table does not say.
func (o *oracle) rules(l Line, k *known) error {
	late := l.At.Sub(k.due)
	switch {
	case l.Verb == Approve && !o.another(k, l.Who):
		return errors.New("it is their own")
	case (l.Verb == GoOn || l.Verb == End) && k.ended:
		return errors.New("it was decided that it ends so")
	case l.Verb == Go && (late < 0 || late > 30*time.Minute && k.kind != Withdraw):
		return fmt.Errorf("it goes %v after its time", late)
	case l.Verb == Go && !strings.Contains(o.roles(k.approver), "A"):
		return errors.New("who approved it is no approver")
	case l.Verb == Go && l.Texts != k.approved:
		return errors.New("what goes is not what was approved")
	case l.Verb == Miss && strings.Contains(o.roles(k.approver), "A") && (late <= 30*time.Minute || k.kind == Withdraw):
		return fmt.Errorf("it was missed %v after its time", late)
	case l.Verb == End && l.Who == 0 && l.At.Sub(k.stopped) < 24*time.Hour:
		return errors.New("the clock ended it too soon")
	case l.Verb == Discard && l.Who == 0 && l.At.Sub(k.changed) < 30*24*time.Hour:
		return errors.New("the clock discarded it too soon")
	}
	return nil
}

// follow notes what a line says.
func (k *known) follow(l Line, a Act) {
	k.status, k.version, k.changed = l.To, l.Version, l.At
	switch l.Verb {
	case Write, Change, Submit:
		if !slices.Contains(k.hands, l.Who) {
			k.hands = append(k.hands, l.Who)
		}
		if a.Changes != nil {
			k.texts += len(a.Changes.Texts)
			if a.Changes.Urgent != nil {
				k.urgent = *a.Changes.Urgent
			}
		}
	case Approve:
		hold := 30 * time.Second
		if k.urgent || k.kind == Withdraw {
			hold = 10 * time.Second
		}
		k.approver, k.approved, k.due = l.Who, l.Texts, l.At.Add(hold)
	case Go:
		k.released = k.kind == Announce
	case Stop:
		k.stopped, k.ended = l.At, false
	case GoOn, Retry:
		k.ended = false
	case End:
		k.ended = true
	}
}
