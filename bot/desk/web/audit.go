package web

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
)

// auditPage is how many lines of the audit a page shows.
const auditPage = 50

// auditID is how the audit names its lines.
var auditID = regexp.MustCompile(`^\d{1,16}-\d{1,10}$`)

// auditLog is what the page of the audit is drawn from.
type auditLog struct {
	Lines  []auditLine
	First  bool     // nothing newer is left out
	Older  string   // the line before which the next page begins; empty for the last one
	Who    []choice // of the people at the desk, and the clock
	What   []choice
	Chosen bool // not all lines are asked for
}

type auditLine struct {
	event
	Case, Title string
	Whom        string
}

// auditFilter is of whom, and of what, lines are asked for; empty for all.
type auditFilter struct{ who, what string }

// is reports whether a line is asked for.
func (f auditFilter) is(l desk.Line) bool {
	return (f.who == "" || f.who == decimal(l.Who)) && (f.what == "" || f.what == string(l.Verb))
}

// audit shows what was done at the desk, the latest first.
func (d *Desk) audit(r *request) error {
	from, filter := r.FormValue("from"), auditFilter{r.FormValue("who"), r.FormValue("what")}
	if from != "" && !auditID.MatchString(from) {
		return errNoPage
	}
	lines, older, err := d.office.AuditOf(r.Context(), from, auditPage+1, filter.is)
	if err != nil {
		return err
	}
	people, err := d.office.People(r.Context())
	if err != nil {
		return err
	}
	if len(lines) > auditPage {
		lines = lines[:auditPage]
		older = lines[auditPage-1].ID
	}
	shown := auditLog{First: from == "", Older: older, Chosen: filter != auditFilter{}}
	shown.Who, shown.What = filter.choices(r, people)
	name := names(people)
	titles := make(map[string]string)
	for _, l := range lines {
		line := auditLine{event: eventOf(l, name), Case: l.Case}
		if l.Whom != 0 {
			line.Whom = name(l.Whom)
		}
		if _, known := titles[l.Case]; !known && l.Case != "" {
			if c, found, err := d.office.Look(r.Context(), l.Case); err == nil && found {
				titles[l.Case] = d.titleOf(r.Context(), c, r.Language())
			}
		}
		line.Title = titles[l.Case]
		shown.Lines = append(shown.Lines, line)
	}
	return r.show("audit", shown)
}

// choices are of whom and of what lines can be asked for.
func (f auditFilter) choices(r *request, people []desk.Person) (who, what []choice) {
	who = []choice{{"", r.T("web.everybody"), f.who == ""}}
	for _, p := range people {
		who = append(who, choice{decimal(p.ID), names(people)(p.ID), f.who == decimal(p.ID)})
	}
	who = append(who, choice{"0", r.T("line.desk_clock"), f.who == "0"})
	for verb, entry := range didWords {
		what = append(what, choice{string(verb), r.T(entry), f.what == string(verb)})
	}
	slices.SortFunc(what, func(a, b choice) int { return strings.Compare(a.Words, b.Words) })
	return who, slices.Insert(what, 0, choice{"", r.T("web.everything"), f.what == ""})
}

// eventOf is a line of the audit in words. Who is empty where it was the clock.
func eventOf(l desk.Line, name func(int64) string) event {
	e := event{At: l.At, Words: didWords[l.Verb], Reason: l.Reason, Via: l.Via, Reach: l.Reach, Stars: broadcast.Stars(l.Paid)}
	if l.Who != 0 {
		e.Who = name(l.Who)
	}
	return e
}

// didWords are what was done, in words.
var didWords = map[desk.Verb]string{
	desk.Write: "line.desk_did_write", desk.Change: "line.desk_did_change", desk.Submit: "line.desk_did_submit",
	desk.Return: "line.desk_did_return", desk.Approve: "line.desk_did_approve", desk.TakeBack: "line.desk_did_take_back",
	desk.Go: "line.desk_did_go", desk.Miss: "line.desk_did_miss", desk.Stop: "line.desk_did_stop", desk.GoOn: "line.desk_did_go_on",
	desk.End: "line.desk_did_end", desk.Retry: "line.desk_did_retry", desk.Done: "line.desk_did_done", desk.Discard: "line.desk_did_discard",
	desk.Invite: "line.desk_did_invite", desk.Accept: "line.desk_did_accept", desk.PutOut: "line.desk_did_put_out",
	desk.Send: "line.desk_did_send", desk.Keep: "line.desk_did_keep",
}

// historyLines is how many of the audit's last lines are looked through for one case or item.
const historyLines = 500

// history are the events of the audit's last lines that are asked for, the latest first.
func (d *Desk) history(ctx context.Context, name func(int64) string, is func(desk.Line) bool) (events []event, err error) {
	lines, err := d.office.Audit(ctx, "", historyLines)
	for _, l := range lines {
		if is(l) {
			events = append(events, eventOf(l, name))
		}
	}
	return events, err
}
