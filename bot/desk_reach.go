package bot

import (
	"context"
	"slices"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/desk/report"
	"kabarchy/bot/locale"
)

// reachCount is how many people a case reaches; false where that can't be said now: there is
// no text yet, or Redis does not answer.
func (b *Bot) reachCount(ctx context.Context, c desk.Case) (int, bool) {
	if c.Kind == desk.Announce && len(c.Texts) == 0 {
		return 0, false
	}
	if c.Kind != desk.Announce { // it goes to those who have it
		n, err := b.have(ctx, c)
		return n, err == nil
	}
	return b.reached(ctx, c)
}

// have is how many have what a correction or a withdrawal changes: of a correction, the
// editions that it has a text for.
func (b *Bot) have(ctx context.Context, c desk.Case) (int, error) {
	ids := c.Items
	if c.Kind == desk.Correct {
		items, err := b.itemsOf(ctx, c)
		if err != nil {
			return 0, err
		}
		ids = nil
		for _, item := range items {
			if _, changes := c.Texts[item.Language]; changes {
				ids = append(ids, item.ID)
			}
		}
	}
	s, err := b.sums(ctx, ids, broadcast.News)
	return s.sent, err
}

func (b *Bot) reached(ctx context.Context, c desk.Case) (int, bool) {
	r, err := b.desk.Reach(ctx, c)
	if err != nil {
		b.log.WarnContext(ctx, "desk: whom a case reaches can't be counted", "case", c.ID, "error", err)
	}
	return r.All.Reached(), err == nil
}

// reachedInWords says how many people an announcement reaches.
func (v view) reachedInWords(n int, exactly bool) string {
	if exactly {
		return v.words.N("line.desk_reaches", n, nil)
	}
	return v.words.N("line.desk_reaches", n, map[string]any{"Count": v.count(n)})
}

// reachedLines say in which language it comes to how many, and when to those to whom it does
// not come at once.
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
	lines = append(lines, v.timesInWords("line.desk_reach_later", "line.desk_reach_later_some", r.All.Later)...)
	return append(lines, v.timesInWords("line.desk_reach_digest_at", "line.desk_reach_digest", r.All.Digests)...)
}

// listedTimes is how many moments a screen names at which it comes to some.
const listedTimes = 3

// timesInWords say to how many something comes when: the first times that may be told apart, and
// the others together.
func (v view) timesInWords(at, some string, times map[time.Time]int) (lines []string) {
	var groups []report.Group
	byKey := make(map[string]time.Time)
	for moment, n := range times {
		key := moment.UTC().Format(time.RFC3339)
		byKey[key] = moment
		groups = append(groups, report.Group{Key: key, N: n})
	}
	slices.SortFunc(groups, func(a, b report.Group) int { return byKey[a.Key].Compare(byKey[b.Key]) })
	shown := report.Fold(groups)
	slices.SortStableFunc(shown, func(a, b report.Group) int { return byKey[a.Key].Compare(byKey[b.Key]) })
	rest := 0
	for _, g := range shown {
		if g.Others || len(lines) == listedTimes {
			rest += g.N
			continue
		}
		lines = append(lines, v.words.T(at, map[string]any{"Count": v.words.Number(g.N), "Time": v.momentOf(byKey[g.Key])}))
	}
	return append(lines, v.counted(some, rest))
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
