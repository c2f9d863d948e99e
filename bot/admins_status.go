package bot

import (
	"context"
	"html"
	"slices"
	"strings"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk/report"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// What fits on a screen, with room to spare.
const (
	statusBroadcasts = 8
	statusSources    = 25
)

// status shows an administrator how the bot fares. It is no word for others.
func (t *conversation) status(ctx context.Context, _ string) error {
	if !t.byAdmin() {
		if !t.chat.Private() {
			return nil
		}
		return t.hint(ctx)
	}
	t.whole = true
	counts, err := t.bot.admins.Service.Count(ctx)
	if err != nil {
		return err
	}
	progress, err := t.bot.admins.Service.Progress(ctx)
	if err != nil {
		return err
	}
	held, err := t.bot.admins.Service.Held(ctx)
	if err != nil {
		return err
	}
	text := t.words.T("screen.status", nil) + "\n\n" + t.audienceInWords(counts)
	if len(held) > 0 {
		text += "\n" + t.words.T("line.held_now", map[string]any{"Count": t.words.Number(len(held))})
	}
	if next, why := t.bot.admins.Service.Paused(); why != "" {
		text += "\n" + t.words.T("line.sending_pauses", map[string]any{"Time": t.bot.moment(t.words, next)})
	}
	broadcasts, err := t.broadcastsInWords(ctx, progress)
	if err != nil {
		return err
	}
	sources, err := t.bot.health(ctx)
	if err != nil {
		return err
	}
	text = render.JoinFilled("\n\n", text, broadcasts, t.sourcesInWords(sources))
	return t.show(ctx, screen{text, t.heldRows(progress)})
}

// audienceInWords says how many read, and how many do not any more. Groups of fewer than five
// people join others.
func (v view) audienceInWords(c subscriptions.Counts) string {
	var languages []report.Group
	for _, language := range append(locale.Languages(), "") {
		languages = append(languages, report.Group{Key: language, N: c.Active[language]})
	}
	states := []report.Group{{Key: report.StateLeft, N: c.Stopped}, {Key: report.StateBlock, N: c.Blocked}, {Key: report.StateGone, N: c.Gone}}
	return render.JoinFilled("\n",
		v.subscribersInWords(languages),
		v.statesInWords(states))
}

// broadcastsInWords tells of the running broadcasts and of the last ones, and of what was
// refused in them.
func (t *conversation) broadcastsInWords(ctx context.Context, progress []broadcast.Progress) (string, error) {
	if len(progress) == 0 {
		return t.words.T("line.no_broadcasts", nil), nil
	}
	const titleLength = 80
	var all []string
	for _, p := range progress[:min(statusBroadcasts, len(progress))] {
		title := render.JoinFilled(" · ", render.Tagged("b", render.Cut(render.OneLine(p.Title), titleLength)), locale.For(p.Language).Name())
		lines := []string{kindSigns[p.Kind] + " " + title}
		lines = append(lines, t.words.T("line.broadcast", map[string]any{
			"Sent": t.words.Number(p.Sent), "Planned": t.words.Number(p.Planned),
			"Blocked": t.words.Number(p.Blocked), "Failed": t.words.Number(p.Failed),
		}))
		switch {
		case !p.FinishedAt.IsZero() && p.Stopped:
			lines = append(lines, t.words.T("line.broadcast_stopped", map[string]any{"Time": t.bot.moment(t.words, p.FinishedAt)}))
		case !p.FinishedAt.IsZero():
			lines = append(lines, t.words.T("line.broadcast_ended", map[string]any{"Time": t.bot.moment(t.words, p.FinishedAt)}))
		case p.Held != "":
			lines = append(lines, t.words.T("line.broadcast_waits", map[string]any{"Time": t.bot.moment(t.words, p.HeldAt)}))
		case !p.ExpectedEnd.IsZero():
			lines = append(lines, t.words.T("line.broadcast_ends", map[string]any{"Time": t.bot.moment(t.words, p.ExpectedEnd)}))
		default:
			lines = append(lines, t.words.T("line.broadcast_runs", nil))
		}
		refused, err := t.refusalLines(ctx, p)
		if err != nil {
			return "", err
		}
		all = append(all, strings.Join(append(lines, refused...), "\n"))
	}
	return strings.Join(all, "\n\n"), nil
}

// sourcesInWords says how each source is, those that are ill first.
func (t *conversation) sourcesInWords(list []feeds.Health) string {
	list = slices.Clone(list)
	ill := func(h feeds.Health) int {
		if h.Condition == feeds.Well {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(list, func(a, b feeds.Health) int { return ill(a) - ill(b) })
	var lines []string
	for i, h := range list {
		if i == statusSources {
			lines = append(lines, "…")
			break
		}
		sign, read := conditions[h.Condition].sign, t.words.T("line.source_unread", nil)
		switch {
		case !h.LastSuccess.IsZero():
			read = t.words.T("line.source_read", map[string]any{"Time": t.bot.moment(t.words, h.LastSuccess)})
		case h.Condition == feeds.Well:
			sign = "⚪️"
		}
		if h.Never {
			sign, read = "⚠️", t.words.T("line.source_never", nil)
		}
		lines = append(lines, sign+" "+html.EscapeString(h.Source)+": "+strings.Join(append([]string{read}, t.sourceOddities(h)...), ", "))
	}
	return strings.Join(lines, "\n")
}

// slowPace is from when on /status says that a source is asked more seldom than others.
const slowPace = 2 * time.Minute

// sourceOddities are what else there is to say of a source: that it has moved, and that
// it is asked seldom.
func (v view) sourceOddities(h feeds.Health) (odd []string) {
	if h.Moved != "" {
		odd = append(odd, v.words.HTML("line.source_moved", map[string]any{"Address": withoutQuery(h.Moved)}))
	}
	if pace := h.Pace(); pace >= slowPace {
		odd = append(odd, v.words.T("line.source_pace", map[string]any{"Minutes": v.words.Number(int(pace.Minutes()))}))
	}
	return odd
}
