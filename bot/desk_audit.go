package bot

import (
	"context"
	"regexp"
	"strings"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
)

// auditPage is how many lines of the audit a screen shows.
const auditPage = 12

// auditID is how the audit names its lines.
var auditID = regexp.MustCompile(`^\d{1,16}-\d{1,10}$`)

// onAudit shows what was done at the desk, the latest first.
func (t deskTalk) onAudit(ctx context.Context, args []string) (reply, error) {
	from := render.Arg(args, 0)
	if t.roles&(desk.Approver|desk.Operator) == 0 || from != "" && !auditID.MatchString(from) {
		return t.stale()
	}
	lines, err := t.office.Audit(ctx, from, auditPage+1)
	if err != nil {
		return reply{}, err
	}
	names, err := t.names(ctx)
	if err != nil {
		return reply{}, err
	}
	text := []string{t.words.T("screen.desk_audit", nil)}
	for _, l := range lines[:min(auditPage, len(lines))] {
		text = append(text, t.auditLine(ctx, names, l))
	}
	var rows [][]telegram.Button
	if from != "" {
		rows = append(rows, []telegram.Button{{Text: t.words.T("button.newer", nil), Data: render.Data(render.VerbDesk, "audit")}})
	}
	if len(lines) > auditPage {
		rows = append(rows, []telegram.Button{{Text: t.words.T("button.older", nil), Data: render.Data(render.VerbDesk, "audit", lines[auditPage-1].ID)}})
	}
	return reply{}, t.open(ctx, page{screen: screen{strings.Join(text, "\n"), append(rows, t.deskButton())}})
}

// auditVerbs are what was done, in words.
var auditVerbs = map[desk.Verb]string{
	desk.Write:    "line.desk_did_write",
	desk.Change:   "line.desk_did_change",
	desk.Submit:   "line.desk_did_submit",
	desk.Return:   "line.desk_did_return",
	desk.Approve:  "line.desk_did_approve",
	desk.TakeBack: "line.desk_did_take_back",
	desk.Go:       "line.desk_did_go",
	desk.Miss:     "line.desk_did_miss",
	desk.Stop:     "line.desk_did_stop",
	desk.GoOn:     "line.desk_did_go_on",
	desk.End:      "line.desk_did_end",
	desk.Retry:    "line.desk_did_retry",
	desk.Done:     "line.desk_did_done",
	desk.Discard:  "line.desk_did_discard",
	desk.Invite:   "line.desk_did_invite",
	desk.Accept:   "line.desk_did_accept",
	desk.PutOut:   "line.desk_did_put_out",
	desk.Send:     "line.desk_did_send",
	desk.Keep:     "line.desk_did_keep",
}

// auditTitle is how much of a title a line of the audit shows.
const auditTitle = 40

// auditLine is one line of the audit: when, who, what, and of which case.
func (t deskTalk) auditLine(ctx context.Context, names names, l desk.Line) string {
	line := l.At.In(t.zone).Format("02.01 15:04") + " · " + render.Escaped(names.of(l.Who), titleLength) + " · " + t.words.T(auditVerbs[l.Verb], nil)
	if l.Whom != 0 {
		line += " · " + render.Escaped(names.of(l.Whom), titleLength)
	}
	if c, found, err := t.office.Look(ctx, l.Case); l.Case != "" && err == nil && found {
		line += " · " + kindWords[c.Kind].sign + " " + render.Escaped(t.bot.titleOf(ctx, c, t.words.Language()), auditTitle)
	}
	if l.Reach > 0 {
		line += " · " + t.words.Number(l.Reach)
	}
	if l.Paid > 0 {
		line += " · ⭐ " + t.words.Number(broadcast.Stars(l.Paid))
	}
	return line
}
