package bot

import (
	"context"
	"maps"
	"slices"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/desk/report"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
)

// reachCount is how many people a case reaches; false where that can't be said now: there is
// no text yet, or Redis does not answer.
func (b *Bot) reachCount(ctx context.Context, c desk.Case) (int, bool) {
	if c.Kind == desk.Announce && len(c.Texts) == 0 {
		return 0, false
	}
	if c.Kind != desk.Announce { // it goes to those who have it
		s, err := b.sums(ctx, c.Items, broadcast.News)
		return s.sent, err == nil
	}
	return b.reached(ctx, c)
}

func (b *Bot) reached(ctx context.Context, c desk.Case) (int, bool) {
	r, err := b.desk.Reach(ctx, c)
	if err != nil {
		b.log.WarnContext(ctx, "desk: whom a case reaches can't be counted", "case", c.ID, "error", err)
	}
	return r.All.Reached(), err == nil
}

// reachWords say whom a case reaches, when, and whom not, and how long that takes.
func (t deskTalk) reachWords(ctx context.Context, c desk.Case) (string, int, error) {
	if c.Kind != desk.Announce { // it goes to those who have it
		s, err := t.bot.sums(ctx, c.Items, broadcast.News)
		return t.words.N("line.desk_changes_on", s.sent, nil), s.sent, err
	}
	r, err := t.office.Reach(ctx, c)
	if err != nil {
		return "", 0, err
	}
	progress, err := t.bot.admins.Service.Progress(ctx)
	if err != nil {
		return "", 0, err
	}
	n := r.All.Reached()
	lines := append([]string{t.words.N("line.desk_reaches", n, nil)}, t.reachedLines(r)...)
	lines = append(lines, t.passedLines(r.All)...)
	lines = append(lines, t.lastsLines(c, r, progress)...)
	return render.JoinFilled("\n", lines...), n, nil
}

// reachedLines say in which language it comes to how many, and when to those to whom it does
// not come at once. Of fewer people than make a group they say no more.
func (v view) reachedLines(r broadcast.Reach) (lines []string) {
	var editions []report.Group
	for _, tag := range locale.Languages() {
		editions = append(editions, report.Group{Key: tag, N: r.Editions[tag]})
	}
	if shown := report.Fold(editions); len(shown) > 0 && shown[0].Key != report.Other {
		lines = append(lines, v.groupsInWords(editions, v.languageInWords))
	}
	for _, tag := range locale.Languages() {
		if n := r.StandIn[tag]; n > 0 {
			lines = append(lines, v.words.T("line.desk_reach_stand_in", map[string]any{"Language": locale.For(tag).Name(), "Count": v.count(n)}))
		}
	}
	for _, at := range slices.SortedFunc(maps.Keys(r.All.Later), time.Time.Compare) {
		lines = append(lines, v.words.T("line.desk_reach_later", map[string]any{"Count": v.count(r.All.Later[at]), "Time": v.momentOf(at)}))
	}
	return append(lines, v.counted("line.desk_reach_digest", r.All.Digest))
}

// passedLines say whom it does not reach, and why.
func (v view) passedLines(p broadcast.Places) []string {
	return []string{
		v.counted("line.desk_reach_topics", p.Topics),
		v.counted("line.desk_reach_language", p.Language),
		v.counted("line.desk_reach_paused", p.Paused),
	}
}

// counted is an entry about so many; empty where there are none.
func (v view) counted(entry string, n int) string {
	if n == 0 {
		return ""
	}
	return v.words.T(entry, map[string]any{"Count": v.count(n)})
}

// defaultRate is Telegram's for all chats, in messages a second.
const defaultRate = 30

// lastsLines say how long it takes, and what goes out beside it.
func (v view) lastsLines(c desk.Case, r broadcast.Reach, progress []broadcast.Progress) (lines []string) {
	lasts, beside := broadcast.HowLong(r.All.Now, c.Urgent, defaultRate, progress)
	for _, p := range beside {
		lines = append(lines, v.words.HTML("line.desk_beside", map[string]any{"Title": render.Cut(render.OneLine(p.Title), titleLength)}))
	}
	if lasts < time.Minute {
		return lines
	}
	begins := v.now()
	if c.At.After(begins) {
		begins = c.At
	}
	return append([]string{v.words.T("line.desk_lasts", map[string]any{
		"Minutes": v.words.Number(int(lasts.Minutes() + 0.5)), "Time": v.momentOf(begins.Add(lasts)),
	})}, lines...)
}
