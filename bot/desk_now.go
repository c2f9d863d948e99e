package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
)

// onNow leads back to the desk.
func (t deskTalk) onNow(ctx context.Context, _ []string) (reply, error) {
	p, err := t.nowPage(ctx)
	if err != nil {
		return reply{}, err
	}
	return reply{}, t.open(ctx, p)
}

// showNow shows the desk in place of a question that is no more asked.
func (t deskTalk) showNow(ctx context.Context, q question) error {
	p, err := t.nowPage(ctx)
	if err != nil {
		return err
	}
	p.gone = []int64{q.Message, q.Screen}
	return t.open(ctx, p)
}

// How many of each kind the desk's first screen names.
const listedOnDesk = 3

// nowPage is the desk: what runs, what waits, what comes next, and where one can go.
func (t deskTalk) nowPage(ctx context.Context) (page, error) {
	open, err := t.office.Open(ctx)
	if err != nil {
		return page{}, err
	}
	progress, err := t.bot.admins.Service.Progress(ctx)
	if err != nil {
		return page{}, err
	}
	batches, err := t.bot.batches(ctx)
	if err != nil {
		return page{}, err
	}
	waiting, err := t.waiting(ctx, open)
	if err != nil {
		return page{}, err
	}
	halted, err := t.office.Halted(ctx)
	if err != nil {
		return page{}, err
	}
	running, rows := t.runningLines(together(progress, open, t.words.Language()), halted)
	lines := append([]string{t.words.T("screen.desk", nil)}, running...)
	held := 0
	for _, b := range batches {
		held += len(b.held)
	}
	if held > 0 {
		lines = append(lines, t.words.T("line.held_now", map[string]any{"Count": t.words.Number(held)}))
	}
	if n := len(waiting); n > 0 {
		lines = append(lines, t.words.T("line.desk_waiting", map[string]any{"Count": t.words.Number(n)}))
	}
	lines = append(lines, t.scheduled(ctx, open)...)
	return page{screen: screen{render.JoinFilled("\n", lines...), append(rows, t.deskRows(len(undone(open))+len(batches))...)}}, nil
}

// waiting are the cases that somebody can approve.
func (t deskTalk) waiting(ctx context.Context, open []desk.Case) (all []desk.Case, err error) {
	for _, c := range open {
		if c.Status != desk.Submitted {
			continue
		}
		may, err := t.may(ctx, c, desk.Approve)
		if err != nil {
			return nil, err
		}
		if may {
			all = append(all, c)
		}
	}
	return all, nil
}

// runningLines tell of what goes out, each with a button that leads to it.
func (v view) runningLines(progress []broadcast.Progress, halted map[string]broadcast.Halt) (lines []string, rows [][]telegram.Button) {
	for _, p := range progress {
		if p.Kind != broadcast.News || !p.FinishedAt.IsZero() {
			continue
		}
		if len(rows) == listedOnDesk {
			lines = append(lines, "…")
			break
		}
		title := render.Cut(render.OneLine(p.Title), titleLength)
		data := map[string]any{"Title": title, "Sent": v.words.Number(p.Sent), "Planned": v.words.Number(p.Planned)}
		entry, sign := "line.desk_running", "📤 "
		switch {
		case halted[p.Subject()] != "":
			entry, sign = "line.desk_halted", "✋ "
		case !p.ExpectedEnd.IsZero():
			entry, data["Time"] = "line.desk_running_until", v.momentOf(p.ExpectedEnd)
		}
		lines = append(lines, v.words.HTML(entry, data))
		rows = append(rows, []telegram.Button{{Text: sign + inButton(title, sign), Data: render.Data(render.VerbDesk, "item", p.Item)}})
	}
	return lines, rows
}

// together adds up what goes out of an announcement, one broadcast for each of its languages, and of a
// story of the feeds: it is one line, with its title in the language where there is one. What has ended
// as a whole is left out.
func together(all []broadcast.Progress, open []desk.Case, language string) (lines []broadcast.Progress) {
	var own []broadcast.Progress
	cases := make(map[string][]broadcast.Progress)
	for _, p := range all {
		of := slices.IndexFunc(open, func(c desk.Case) bool { return c.Kind == desk.Announce && slices.Contains(c.Items, p.Item) })
		switch {
		case p.Kind != broadcast.News:
		case of < 0:
			own = append(own, p)
		default:
			if title := open[of].Texts[language].Title; title != "" {
				p.Title = title
			}
			others := cases[open[of].ID]
			if len(others) > 0 {
				p.Ledger = others[0].Ledger // one story, whatever the feeds said
			}
			cases[open[of].ID] = append(others, p)
		}
	}
	stories := desk.Stories(own, language)
	for _, c := range open {
		stories = append(stories, desk.Stories(cases[c.ID], language)...)
	}
	for _, story := range stories {
		sum := story[0]
		for _, p := range story[1:] {
			sum.Planned, sum.Sent = sum.Planned+p.Planned, sum.Sent+p.Sent
			if p.FinishedAt.IsZero() && p.ExpectedEnd.After(sum.ExpectedEnd) {
				sum.ExpectedEnd = p.ExpectedEnd
			}
		}
		lines = append(lines, sum)
	}
	slices.SortStableFunc(lines, func(a, b broadcast.Progress) int { return a.PlannedAt.Compare(b.PlannedAt) })
	return lines
}

// scheduled tells of what goes out next.
func (t deskTalk) scheduled(ctx context.Context, open []desk.Case) (lines []string) {
	open = slices.DeleteFunc(slices.Clone(open), func(c desk.Case) bool { return c.Status != desk.Approved })
	slices.SortFunc(open, func(a, b desk.Case) int { return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.ID, b.ID)) })
	for _, c := range open[:min(listedOnDesk, len(open))] {
		lines = append(lines, "🕘 "+t.momentOf(c.Due)+" — "+render.Escaped(t.bot.titleOf(ctx, c, t.words.Language()), titleLength))
	}
	return lines
}

// deskRows lead from the desk to where one can go.
func (t deskTalk) deskRows(waiting int) (rows [][]telegram.Button) {
	button := func(entry string, rest ...string) telegram.Button {
		return telegram.Button{
			Text: t.words.T(entry, map[string]any{"Count": t.words.Number(waiting)}),
			Data: render.Data(append([]string{render.VerbDesk}, rest...)...),
		}
	}
	if t.roles&desk.Officer != 0 {
		fresh := button("button.desk_new", "new", newNonce())
		fresh.Style = telegram.Primary
		rows = append(rows, []telegram.Button{fresh})
	}
	rows = append(rows, render.RowsOf(
		button("button.desk_inbox", "inbox"), button("button.desk_sent", "sent", "0"),
		button("button.desk_readers", "readers", "30"), button("button.desk_sources", "sources"),
	)...)
	if t.roles&desk.Approver != 0 {
		rows = append(rows, []telegram.Button{button("button.desk_people", "people")})
	}
	if t.roles&(desk.Approver|desk.Operator) != 0 {
		rows = append(rows, []telegram.Button{button("button.desk_audit", "audit")})
	}
	return append(rows, t.pageRows()...)
}

// onInbox lists what waits for somebody: cases, and what is held.
func (t deskTalk) onInbox(ctx context.Context, _ []string) (reply, error) {
	open, err := t.office.Open(ctx)
	if err != nil {
		return reply{}, err
	}
	batches, err := t.bot.batches(ctx)
	if err != nil {
		return reply{}, err
	}
	var rows [][]telegram.Button
	for _, c := range undone(open) {
		title := cmp.Or(t.bot.titleOf(ctx, c, t.words.Language()), c.ID)
		sign := statusSigns[c.Status] + " "
		rows = append(rows, []telegram.Button{{Text: sign + inButton(title, sign), Data: caseData("case", c)}})
	}
	if t.roles&desk.Approver != 0 {
		for _, held := range batches {
			rows = append(rows, t.batchButton(held))
		}
	}
	text := t.words.T("screen.desk_inbox", nil)
	if rows == nil {
		text = t.words.T("screen.desk_inbox_empty", nil)
	}
	const most = 20 // what a phone scrolls through
	return reply{}, t.open(ctx, page{screen: screen{text, append(rows[:min(most, len(rows))], t.deskButton())}})
}

// undone are the cases that wait for somebody, or for their time.
func undone(open []desk.Case) []desk.Case {
	return slices.DeleteFunc(slices.Clone(open), func(c desk.Case) bool { return c.Status == desk.Sending })
}

// statusSigns tell in a list where cases stand.
var statusSigns = map[desk.Status]string{
	desk.Draft: "📝", desk.Submitted: "📥", desk.Returned: "↩️", desk.Approved: "⏳",
	desk.Sending: "📤", desk.Stopped: "✋", desk.Sent: "✅", desk.Discarded: "🗑",
}

// batchButton leads to the first item of a batch.
func (v view) batchButton(held batch) []telegram.Button {
	count := " (" + v.words.Number(len(held.held)) + ")"
	return []telegram.Button{{Text: "✋ " + inButton(held.held[0].Source, "✋ "+count) + count, Data: heldData(held.key, held.held[0].Item, heldLook)}}
}
