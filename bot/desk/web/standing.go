package web

import (
	"html/template"
	"slices"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
)

// standing is a case as it stands, for who does not write it now.
type standing struct {
	Case     desk.Case
	Title    string
	Status   string // an entry
	By       string
	Reason   string
	Topic    string
	Paid     string // for how many Stars at most it is paid; empty where it goes free
	Draft    draft
	Progress progress
	Acts     []caseAct
	Item     string // the first that it sent, to its figures
	History  []event
	Typed    *compose // what the person typed and did not save; nil for nothing
}

// caseAct is an act that the person may do.
type caseAct struct {
	Verb   desk.Verb
	Words  string // an entry
	Sure   bool   // it is asked for first
	Danger bool
	Plain  bool // nobody has to notice it
	Count  string
}

// event is a line of the audit.
type event struct {
	At          time.Time
	Who, Words  string // Words is an entry
	Reason, Via string
	Reach       int
	Stars       int // that were agreed to
}

// standingWords say where a case is on its way.
var standingWords = map[desk.Status]string{
	desk.Draft: "web.draft", desk.Submitted: "web.submitted", desk.Returned: "web.returned", desk.Approved: "web.approved",
	desk.Sending: "web.sending", desk.Stopped: "web.stopped", desk.Sent: "web.done", desk.Discarded: "web.discarded",
}

// actButtons are the words of the acts and their order on the page.
var actButtons = []struct {
	verb   desk.Verb
	entry  string
	danger bool
}{
	{desk.Approve, "button.desk_approve", true},
	{desk.Submit, "button.desk_submit", false},
	{desk.Return, "button.desk_return", false},
	{desk.TakeBack, "web.take_back", true},
	{desk.Stop, "button.desk_stop", true},
	{desk.GoOn, "button.desk_go_on", true},
	{desk.End, "button.desk_end", false},
	{desk.Retry, "button.desk_retry", true},
	{desk.Discard, "button.desk_discard", false},
}

// standing shows a case as it stands, what it came to, and what may be done.
func (d *Desk) standing(r *request, c desk.Case, typed *compose) error {
	ctx := r.Context()
	people, err := d.office.People(ctx)
	if err != nil {
		return err
	}
	all, err := d.options.Engine.Progress(ctx)
	if err != nil {
		return err
	}
	name := names(people)
	s := standing{
		Case: c, Typed: typed, Title: d.titleOf(ctx, c, r.Language()), Status: standingWords[c.Status], By: name(writer(c)),
		Reason: c.Reason, Topic: d.topicNamed(c.Topic, r.Language()), Progress: progressOf(all, c.Items, c.Kind),
	}
	if c.Paid > 0 {
		s.Paid = r.Number(broadcast.Stars(c.Paid))
	}
	if len(c.Items) > 0 {
		s.Item = c.Items[0]
	}
	if c.Status == desk.Draft || c.Status == desk.Returned || c.Status == desk.Submitted || c.Status == desk.Approved {
		if s.Draft, err = d.draftOf(r, c); err != nil {
			return err
		}
	} else if editions, err := d.editionsByLanguage(ctx, c); err == nil { // some may be kept no more
		s.Draft.Phones = d.phonesOf(r, editions)
	}
	s.Acts = d.actsOf(r, s)
	s.History, err = d.history(ctx, name, func(l desk.Line) bool { return l.Case == c.ID })
	if err != nil {
		return err
	}
	return r.show("standing", s)
}

// actsOf are the acts that the person may do on a case, but for writing it.
func (d *Desk) actsOf(r *request, s standing) (acts []caseAct) {
	allowed := d.office.AllowedTo(s.Case, r.who, r.roles)
	counts := map[desk.Verb]int{desk.Approve: s.Draft.Count, desk.GoOn: s.Progress.Rest(), desk.Retry: s.Progress.GaveUp}
	for _, b := range actButtons {
		if !slices.Contains(allowed, b.verb) || b.verb == desk.End && s.Case.Ended || b.verb == desk.Retry && s.Progress.GaveUp == 0 {
			continue
		}
		a, _ := actOf(b.verb, s.Case.Kind)
		entry := b.entry
		if b.verb == desk.Approve && s.Case.Kind == desk.Correct {
			entry = "button.desk_approve_correction"
		}
		danger := b.danger
		if b.verb == desk.TakeBack && s.Case.Status == desk.Submitted { // nothing would go out
			entry, danger = "button.desk_take_back", false
		}
		acts = append(acts, caseAct{Verb: b.verb, Words: entry, Sure: a.sure != "", Danger: danger, Plain: b.verb == desk.Discard, Count: r.Number(counts[b.verb])})
	}
	return acts
}

// topicNamed is the name of a topic; of one that is no more its id, of none nothing.
func (d *Desk) topicNamed(id, language string) string {
	for _, topic := range d.options.Topics {
		if topic.ID == id {
			return topic.NameIn(language)
		}
	}
	return id
}

// Text of a reason that the desk gives itself.
var reasonWords = map[string]string{
	desk.MissedLate: "line.desk_missed_late", desk.MissedApprover: "line.desk_missed_approver", desk.TakenBack: "line.desk_taken_back",
}

// Why is a reason in words: the desk's own, or what somebody wrote.
func (p page) Why(reason string) template.HTML {
	if entry, own := reasonWords[reason]; own {
		return p.HTML(entry)
	}
	return template.HTML(template.HTMLEscapeString(reason))
}
