package bot

import (
	"context"
	"slices"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/render"
)

// defaultRate is Telegram's for all chats, in messages a second.
const defaultRate = 30

// rate is how many messages a second go out over all chats.
func (a Admins) rate() float64 {
	if a.Rate > 0 {
		return a.Rate
	}
	return defaultRate
}

// going is what goes out: what has ended or been stopped does not.
func (t deskTalk) going(ctx context.Context) ([]broadcast.Progress, error) {
	progress, err := t.bot.admins.Service.Progress(ctx)
	if err != nil {
		return nil, err
	}
	halted, err := t.office.Halted(ctx)
	return slices.DeleteFunc(progress, func(p broadcast.Progress) bool {
		return !p.FinishedAt.IsZero() || halted[p.Subject()] != ""
	}), err
}

// coming is what begins later: what is approved, and the digests.
func (t deskTalk) coming(ctx context.Context, own desk.Case, r broadcast.Reach) (all []broadcast.Coming, err error) {
	open, err := t.office.Open(ctx)
	for _, c := range open {
		if c.ID != own.ID && c.Status == desk.Approved && c.Kind == desk.Announce {
			title := t.bot.titleOf(ctx, c, t.words.Language())
			all = append(all, broadcast.Coming{At: c.Due, Messages: c.Reach, Urgent: c.Urgent, Title: title})
		}
	}
	for at, people := range r.Due {
		all = append(all, broadcast.Coming{At: at, Messages: people})
	}
	return all, err
}

// reachWords say whom a case reaches, when, and whom not, and how long that takes. Of fewer
// people than make a group they say no more: how many exactly is for who sends it, and has to
// know whom.
func (t deskTalk) reachWords(ctx context.Context, c desk.Case, sends bool) (string, int, error) {
	if c.Kind != desk.Announce { // it goes to those who have it
		n, err := t.bot.have(ctx, c)
		return t.words.N("line.desk_changes_on", n, nil), n, err
	}
	r, err := t.office.Reach(ctx, c)
	if err != nil {
		return "", 0, err
	}
	lasts, err := t.lastsLines(ctx, c, r)
	if err != nil {
		return "", 0, err
	}
	n := r.All.Reached()
	lines := append([]string{t.reachedInWords(n, sends)}, t.reachedLines(r)...)
	lines = append(lines, t.passedLines(r.All)...)
	return render.JoinFilled("\n", append(lines, lasts...)...), n, nil
}

// lastsLines say how long it takes, and what goes out beside it.
func (t deskTalk) lastsLines(ctx context.Context, c desk.Case, r broadcast.Reach) ([]string, error) {
	running, err := t.going(ctx)
	if err != nil {
		return nil, err
	}
	coming, err := t.coming(ctx, c, r)
	if err != nil {
		return nil, err
	}
	lasts, beside, within := broadcast.HowLong(broadcast.Load{
		Messages: r.All.Now, Urgent: c.Urgent, PerSecond: t.bot.admins.rate(), Begins: r.At, Running: running, Coming: coming,
	})
	var lines []string
	if lasts >= time.Minute {
		lines = append(lines, t.words.T("line.desk_lasts", map[string]any{
			"Minutes": t.words.Number(int(lasts.Minutes() + 0.5)), "Time": t.momentOf(r.At.Add(lasts)),
		}))
	}
	var others []string
	for _, p := range beside {
		entry := "line.desk_beside"
		if c.Urgent && !p.Urgent && p.Kind != broadcast.Withdrawal {
			entry = "line.desk_delays"
		}
		others = append(others, t.words.HTML(entry, map[string]any{"Title": t.titleInWords(p.Title)}))
	}
	for _, next := range within {
		title := t.titleInWords(next.Title)
		if next.Title == "" {
			title += " (" + t.count(next.Messages) + ")"
		}
		others = append(others, t.words.HTML("line.desk_within", map[string]any{"Title": title, "Time": t.momentOf(next.At)}))
	}
	if len(others) > listedOnDesk {
		others = append(others[:listedOnDesk], "…")
	}
	return append(lines, others...), nil
}

// titleInWords is what a broadcast is called; a digest has no title.
func (v view) titleInWords(title string) string {
	if title == "" {
		return v.words.T("line.desk_digest", nil)
	}
	return render.Cut(render.OneLine(title), titleLength)
}
