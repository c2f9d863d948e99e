package web

import (
	"context"
	"regexp"

	"kabarchy/bot/desk"
)

// auditPage is how many lines of the audit a page shows.
const auditPage = 50

// auditID is how the audit names its lines.
var auditID = regexp.MustCompile(`^\d{1,16}-\d{1,10}$`)

// auditLog is what the page of the audit is drawn from.
type auditLog struct {
	Lines []auditLine
	First bool   // nothing newer is left out
	Older string // the line before which the next page begins; empty for the last one
}

type auditLine struct {
	event
	Case, Title string
	Whom        string
}

// audit shows what was done at the desk, the latest first.
func (d *Desk) audit(r *request) error {
	from := r.FormValue("from")
	if from != "" && !auditID.MatchString(from) {
		return errNoPage
	}
	lines, err := d.office.Audit(r.Context(), from, auditPage+1)
	if err != nil {
		return err
	}
	people, err := d.office.People(r.Context())
	if err != nil {
		return err
	}
	shown := auditLog{First: from == ""}
	if len(lines) > auditPage {
		lines = lines[:auditPage]
		shown.Older = lines[auditPage-1].ID
	}
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

// eventOf is a line of the audit in words. Who is empty where it was the clock.
func eventOf(l desk.Line, name func(int64) string) event {
	e := event{At: l.At, Words: didWords[l.Verb], Reason: l.Reason, Via: l.Via, Reach: l.Reach}
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
