package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/render"
)

// sums are how far the broadcasts of some items are, added up.
type sums struct {
	planned, sent, blocked, failed int
	gaveUp                         int // of the failed ones those who could not be reached, and may be tried again
	rate                           float64
	ends                           time.Time // when the last of them is expected to; zero where that is not known
	running                        bool
}

// rest is how many are still to get it.
func (s sums) rest() int { return max(0, s.planned-s.sent-s.blocked-s.failed) }

// sums adds up the broadcasts of some items that are of a kind: whom an item reached is not
// whom its corrections reached.
func (b *Bot) sums(ctx context.Context, items []string, kind broadcast.Kind) (s sums, err error) {
	progress, err := b.admins.Service.Progress(ctx)
	if err != nil {
		return s, err
	}
	for _, p := range progress {
		if p.Kind == kind && slices.Contains(items, p.Item) {
			s.add(p)
		}
	}
	return s, nil
}

// sumsOf adds up what a case sends. Of one that is done it is what was kept: its broadcasts are
// forgotten before it is.
func (b *Bot) sumsOf(ctx context.Context, c desk.Case) (sums, error) {
	if kept := c.Sums; kept != nil && c.Status == desk.Sent {
		return sums{planned: kept.Planned, sent: kept.Sent, blocked: kept.Blocked, failed: kept.Failed, gaveUp: kept.GaveUp}, nil
	}
	return b.sums(ctx, c.Items, broadcastOf[c.Kind])
}

// broadcastOf is what a case sends.
var broadcastOf = map[desk.Kind]broadcast.Kind{
	desk.Announce: broadcast.News, desk.Correct: broadcast.Correction, desk.Withdraw: broadcast.Withdrawal,
}

func (s *sums) add(p broadcast.Progress) {
	s.planned += p.Planned
	s.sent += p.Sent
	s.blocked += p.Blocked
	s.failed += p.Failed
	s.gaveUp += p.Reasons[broadcast.ReasonGaveUp]
	s.rate += p.Rate
	if p.FinishedAt.IsZero() {
		s.running = true
		if p.ExpectedEnd.After(s.ends) {
			s.ends = p.ExpectedEnd
		}
	}
}

// progress says how far a case is on the phones.
func (d caseDrawing) progress(s sums) string {
	number := d.words.Number
	if d.c.Status == desk.Stopped {
		entry := "screen.desk_stopped_so_far"
		if d.c.Ended {
			entry = "screen.desk_stopped_for_good"
		}
		return d.words.T(entry, map[string]any{
			"Sent": number(s.sent), "Rest": number(s.rest()), "Until": d.momentOf(d.c.StoppedAt.Add(stoppedFor)),
		})
	}
	figures := d.words.T(kindWords[d.c.Kind].sums, map[string]any{
		"Sent": number(s.sent), "Planned": number(s.planned), "Blocked": number(s.blocked), "Failed": number(s.failed),
	})
	if d.c.Status == desk.Sent {
		return figures
	}
	lines := []string{bar(s.sent+s.blocked+s.failed, s.planned) + " " + figures}
	if s.rate > 0 {
		lines = append(lines, d.words.T("line.desk_rate", map[string]any{"Rate": number(int(s.rate + 0.5))}))
	}
	if !s.ends.IsZero() {
		lines = append(lines, d.words.T("line.broadcast_ends", map[string]any{"Time": d.momentOf(s.ends)}))
	}
	return render.JoinFilled("\n", lines...)
}

// stoppedFor is after which time what is stopped ends, if nobody decides.
const stoppedFor = 24 * time.Hour

// barLength is that of a progress bar, in characters.
const barLength = 8

// bar draws how much of something is done.
func bar(done, all int) string {
	full := 0
	if all > 0 {
		full = min(barLength, max(0, done)*barLength/all)
	}
	return strings.Repeat("▓", full) + strings.Repeat("░", barLength-full)
}
