package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/desk/report"
	"kabarchy/bot/locale"
	"kabarchy/feeds"
)

// glance is the desk at one moment, for everybody who looks at it.
type glance struct {
	open     []desk.Case
	progress []broadcast.Progress
	halted   map[string]broadcast.Halt
	held     int
	sources  []feeds.Health
	people   []desk.Person
	titles   map[string]string // of cases without a text, by case
}

// lookAt looks at the desk.
func lookAt(ctx context.Context, o Options) (*glance, error) {
	g := &glance{titles: make(map[string]string)}
	held, err := o.Archive.Held(ctx)
	g.held = len(held)
	if err == nil {
		g.open, err = o.Desk.Open(ctx)
	}
	if err == nil {
		g.progress, err = o.Engine.Progress(ctx)
	}
	if err == nil {
		g.halted, err = o.Desk.Halted(ctx)
	}
	if err == nil {
		g.sources, err = report.Sources(ctx, o.Redis)
	}
	if err == nil {
		g.people, err = o.Desk.People(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("look at the desk: %w", err)
	}
	for _, c := range g.open {
		if len(c.Texts) == 0 {
			g.titles[c.ID] = itemTitle(ctx, o.Archive, c.Items)
		}
	}
	return g, nil
}

// itemTitle is the title of the first of some items that the archive holds.
func itemTitle(ctx context.Context, archive Archive, items []string) string {
	for _, id := range items {
		if item, err := archive.Item(ctx, id); err == nil {
			return item.Title
		}
	}
	return ""
}

// title is what a case is called: its title in the language, or in another one; of what it
// withdraws or stops, the item's.
func (g *glance) title(c desk.Case, language string) string {
	for _, tag := range append([]string{language, c.Main}, c.Languages()...) {
		if title := c.Texts[tag].Title; title != "" {
			return title
		}
	}
	return g.titles[c.ID]
}

// rolesOf is what somebody may do.
func (g *glance) rolesOf(who int64) (roles desk.Role) {
	for _, p := range g.people {
		if p.ID == who {
			roles |= p.Roles
		}
	}
	return roles
}

// names are what people at the desk are called.
func names(people []desk.Person) func(int64) string {
	return func(who int64) string {
		for _, p := range people {
			if p.ID == who && p.Name != "" {
				return p.Name
			}
		}
		return "№ " + decimal(who)
	}
}

// progress is how far something is on the phones.
type progress struct {
	Planned, Sent, Blocked, Failed, GaveUp int
	Rate                                   int       // messages a second
	Ends                                   time.Time // zero where that is not known
	Running                                bool
}

// Done is how many are settled, and Rest how many are still to get it.
func (p progress) Done() int { return min(p.Planned, p.Sent+p.Blocked+p.Failed) }

// Rest is how many are still to get it.
func (p progress) Rest() int { return max(0, p.Planned-p.Sent-p.Blocked-p.Failed) }

// sent is what a case of a kind sends.
var sent = map[desk.Kind]broadcast.Kind{
	desk.Announce: broadcast.News, desk.Correct: broadcast.Correction, desk.Withdraw: broadcast.Withdrawal,
}

// sends reports whether a broadcast is one of a kind of case about some items, or about digests.
func sends(kind desk.Kind, items []string, p broadcast.Progress) bool {
	switch {
	case p.Kind == broadcast.Digest:
		return kind == desk.Announce && slices.Contains(items, p.Subject())
	case p.Kind != sent[kind]:
		return false
	}
	return slices.Contains(items, p.Item)
}

// cased reports whether a broadcast is shown as a case already: one that goes out or was stopped, or
// that goes out since a moment, when it was approved yet. A correction shows not what it corrects, which
// may still go out.
func (g *glance) cased(p broadcast.Progress) bool {
	return slices.ContainsFunc(g.open, func(c desk.Case) bool {
		items := c.Items
		switch {
		case c.Status == desk.Approved && c.Kind == desk.Announce:
			items = nil
			for _, language := range c.Languages() {
				items = append(items, feeds.DeskItemID(c.ID, language))
			}
		case c.Status != desk.Sending && c.Status != desk.Stopped:
			return false
		}
		return sends(c.Kind, items, p)
	})
}

// stories are the broadcasts that go out and are shown as no case, as desk.Stories puts them together.
func (g *glance) stories(language string) [][]broadcast.Progress {
	return desk.Stories(slices.DeleteFunc(slices.Clone(g.progress), g.cased), language)
}

// progressOf adds up the broadcasts of some items that a kind of case sends.
func progressOf(all []broadcast.Progress, items []string, kind desk.Kind) (sum progress) {
	rate := 0.0
	for _, p := range all {
		if !sends(kind, items, p) {
			continue
		}
		sum.Planned, sum.Sent, sum.Blocked, sum.Failed = sum.Planned+p.Planned, sum.Sent+p.Sent, sum.Blocked+p.Blocked, sum.Failed+p.Failed
		sum.GaveUp += p.Reasons[broadcast.ReasonGaveUp]
		rate += p.Rate
		if p.FinishedAt.IsZero() {
			sum.Running = true
			if p.ExpectedEnd.After(sum.Ends) {
				sum.Ends = p.ExpectedEnd
			}
		}
	}
	sum.Rate = int(rate + 0.5)
	return sum
}

// byDue sorts what is approved by when it goes.
func byDue(a, b desk.Case) int {
	return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.ID, b.ID))
}

// languagesOf are the languages of a case's texts, in their own names.
func languagesOf(c desk.Case) string {
	var all []string
	for _, language := range c.Languages() {
		all = append(all, locale.For(language).Name())
	}
	return strings.Join(all, ", ")
}
