package bot

import (
	"context"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/render"
)

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
	of, err := t.office.Lasts(ctx, c, r, func(other desk.Case) string { return t.bot.titleOf(ctx, other, t.words.Language()) })
	if err != nil {
		return nil, err
	}
	var lines []string
	if of.Lasts >= time.Minute {
		lines = append(lines, t.words.T("line.desk_lasts", map[string]any{
			"Minutes": t.words.Number(int(of.Lasts.Minutes() + 0.5)), "Time": t.momentOf(of.Until),
		}))
	}
	var others []string
	for _, p := range of.Beside {
		entry := "line.desk_beside"
		if c.Delays(p) {
			entry = "line.desk_delays"
		}
		others = append(others, t.words.HTML(entry, map[string]any{"Title": t.titleInWords(p.Title)}))
	}
	for _, next := range of.Within {
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
