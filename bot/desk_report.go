package bot

import (
	"context"
	"strings"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/desk/report"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

// onReport shows what became of an item in all its languages.
func (t deskTalk) onReport(ctx context.Context, args []string) (reply, error) {
	item, found, err := t.bot.anyItem(ctx, render.Arg(args, 0))
	if err != nil {
		return reply{}, err
	}
	if !found {
		return reply{text: t.words.T("toast.no_item", nil)}, nil
	}
	p, err := t.reportPage(ctx, item)
	if err != nil {
		return reply{}, err
	}
	return reply{}, t.open(ctx, p)
}

// reportOf is what is known of an item's broadcasts, and how often it was read on here.
func (t deskTalk) reportOf(ctx context.Context, item feeds.Item) (of report.Item, taps int, err error) {
	told, err := t.reports(ctx, item)
	if err != nil {
		return of, 0, err
	}
	taps, err = report.Taps(ctx, t.bot.admins.Redis, t.withEditions(ctx, item)...)
	return report.NewItem(told), taps, err
}

// reports are those of an item's broadcasts in all its languages.
func (t deskTalk) reports(ctx context.Context, item feeds.Item) (told []broadcast.Report, err error) {
	for _, id := range t.withEditions(ctx, item) {
		reports, err := t.bot.admins.Numbers.Reports(ctx, id)
		if err != nil {
			return nil, err
		}
		told = append(told, reports...)
	}
	return told, nil
}

// costInWords says what an item cost; empty where nothing was to be paid for.
func (t deskTalk) costInWords(ctx context.Context, item feeds.Item) (string, error) {
	if !item.Urgent {
		return "", nil
	}
	told, err := t.reports(ctx, item)
	if err != nil {
		return "", err
	}
	cost, err := t.office.Cost(ctx, told)
	cost.Unpaid = quoted(cost.Unpaid)
	return cost.InWords(t.words), err
}

// titleIn is an item's title in the language of the chat, where there is such an edition.
func (t deskTalk) titleIn(ctx context.Context, item feeds.Item) string {
	if own, has := t.bot.editions(ctx, item)[t.words.Language()]; has {
		item = own
	}
	return render.OneLine(item.Title)
}

func (t deskTalk) reportPage(ctx context.Context, item feeds.Item) (page, error) {
	of, taps, err := t.reportOf(ctx, item)
	if err != nil {
		return page{}, err
	}
	text := "📊 " + render.Tagged("b", render.Cut(t.titleIn(ctx, item), titleLength))
	rows := [][]telegram.Button{}
	if of.Planned+of.Came == 0 {
		text += "\n\n" + t.words.T("line.desk_item_unsent", nil)
	} else {
		cost, err := t.costInWords(ctx, item)
		if err != nil {
			return page{}, err
		}
		text = render.JoinFilled("\n\n", text, t.figuresInWords(of), cost, t.breakdown(of), t.phonesInWords(of), t.tapsInWords(taps))
		rows = append(rows, []telegram.Button{
			{Text: t.words.T("button.desk_chart", nil), Data: render.Data(render.VerbDesk, "chart", item.ID)},
			{Text: t.words.T("button.desk_csv", nil), Data: render.Data(render.VerbDesk, "csv", item.ID)},
		})
	}
	if n := of.Reasons[broadcast.ReasonGaveUp]; n > 0 && t.roles&desk.Approver != 0 && !item.Withdrawn {
		rows = append(rows, []telegram.Button{{
			Text: t.words.T("button.desk_again", map[string]any{"Count": t.words.Number(n)}),
			Data: render.Data(render.VerbDesk, "sure", string(desk.Retry), item.ID), Style: telegram.Danger,
		}})
	}
	rows = append(rows, []telegram.Button{{Text: t.words.T("button.back", nil), Data: render.Data(render.VerbDesk, "item", item.ID)}}, t.deskButton())
	return page{screen: screen{text, rows}}, nil
}

// figuresInWords says what became of the messages, so that it can be added up: these are the
// item's own figures and not groups of readers, and are told exactly.
func (v view) figuresInWords(of report.Item) string {
	lines := []string{v.words.T("line.report_planned", map[string]any{"Count": v.words.Number(of.Planned)})}
	for _, l := range []struct {
		entry string
		n     int
	}{
		{"line.report_came", of.Came}, {"line.report_sent", of.Sent}, {"line.report_blocked", of.Blocked},
		{"line.report_failed", of.Failed}, {"line.report_waiting", of.Waiting}, {"line.report_to_go", of.ToGo},
		{"line.report_no_longer_due", of.NoLongerDue},
	} {
		if l.n == 0 && l.entry != "line.report_sent" {
			continue
		}
		line := v.words.T(l.entry, map[string]any{"Count": v.words.Number(l.n)})
		switch l.entry {
		case "line.report_blocked":
			line += v.why(of.BlockedBy())
		case "line.report_failed":
			line += v.why(of.FailedBy())
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// reasonNames are the entries for why a phone did not get it.
var reasonNames = map[string]string{
	string(broadcast.ReasonBlocked):  "line.reason_blocked",
	string(broadcast.ReasonGone):     "line.reason_gone",
	string(broadcast.ReasonNoRights): "line.reason_no_rights",
	string(broadcast.ReasonRefused):  "line.reason_refused",
	string(broadcast.ReasonGaveUp):   "line.reason_gave_up",
}

// why names the reasons, with their numbers where there are several groups of them.
func (v view) why(reasons []report.Group) string {
	name := func(key string) string { return v.words.T(reasonNames[key], nil) }
	folded := report.Fold(reasons)
	switch {
	case len(folded) == 0, len(folded) == 1 && folded[0].Key == report.Other:
		return ""
	case len(folded) == 1:
		return " (" + v.groupName(folded[0], name) + ")"
	}
	return " (" + v.groupsInWords(reasons, name) + ")"
}

// mostStretches is how many hours a phone shows at once; the picture shows all.
const mostStretches = 6

// breakdown says who has it by language, and when they got it.
func (v view) breakdown(of report.Item) string {
	languages := v.words.T("line.report_languages", map[string]any{"Groups": v.groupsInWords(of.Languages(), v.languageInWords)})
	hours := of.Hours(v.zone)
	if of.Sent == 0 || len(hours) == 0 {
		return ""
	}
	var parts []string
	for _, h := range hours[:min(mostStretches, len(hours))] {
		parts = append(parts, v.stretchInWords(h)+" — "+v.count(h.N))
	}
	if len(hours) > mostStretches {
		parts = append(parts, "…")
	}
	return languages + "\n" + v.words.T("line.report_hours", map[string]any{"Groups": strings.Join(parts, " · ")})
}

// stretchInWords names a time of a day or of several.
func (v view) stretchInWords(h report.Stretch) string {
	from, to := h.From.In(v.zone), h.To.In(v.zone)
	return from.Format("02.01 15:04") + "–" + to.Format("15:04")
}

// phonesInWords says when the first, half and the last of the phones had it.
func (v view) phonesInWords(of report.Item) string {
	if of.First.IsZero() {
		return ""
	}
	moments := map[string]any{"First": v.momentOf(of.First), "Half": "–", "Last": v.momentOf(of.Last)}
	if !of.Half.IsZero() {
		moments["Half"] = v.momentOf(latest(of.First, of.Half)) // which is known to ten seconds
	}
	return v.words.T("line.report_phones", moments)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (v view) tapsInWords(taps int) string {
	return v.words.T("line.report_taps", map[string]any{"Count": v.count(taps)})
}

// sureRetry asks before those are tried again who could not be reached.
func (t deskTalk) sureRetry(ctx context.Context, id string) (reply, error) {
	item, found, err := t.bot.item(ctx, id)
	if err != nil || !found {
		return reply{text: t.words.T("toast.no_item", nil)}, err
	}
	if t.roles&desk.Approver == 0 {
		return t.refused(desk.NotAllowed), nil
	}
	of, _, err := t.reportOf(ctx, item)
	if err != nil {
		return reply{}, err
	}
	number := map[string]any{"Count": t.words.Number(of.Reasons[broadcast.ReasonGaveUp])}
	return reply{}, t.open(ctx, page{screen: screen{t.words.T("screen.desk_sure_retry", number), [][]telegram.Button{
		{{Text: t.words.T("button.desk_yes_retry", number), Data: render.Data(render.VerbDesk, "do", string(desk.Retry), item.ID), Style: telegram.Danger}},
		{{Text: t.words.T("button.back", nil), Data: render.Data(render.VerbDesk, "report", item.ID)}},
	}}})
}

// retry tries those again who could not be reached: an act of the desk, with its audit line.
func (t deskTalk) retry(ctx context.Context, id string) (reply, error) {
	item, found, err := t.bot.item(ctx, id)
	if err != nil || !found {
		return reply{text: t.words.T("toast.no_item", nil)}, err
	}
	out, err := t.office.RetryItem(ctx, desk.Act{ID: t.actID("retry\x00" + item.ID), Case: item.ID, Who: t.from.ID, Via: viaChat})
	return t.after(ctx, out, err)
}
